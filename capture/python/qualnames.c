#include "capture/python/qualnames.h"

enum { STORE_NAME = 90, LOAD_CONST = 100, MAKE_FUNCTION = 132, EXTENDED_ARG = 144 };
enum { CODE_OPTIMIZED = 1 };
enum { NESTING_MAX = 100, LOOK_MAX = 10 };

static PyObject *known;   /* address of a code object -> its name; what is in it is alive */
static PyObject *modules; /* addresses of namespaces that were looked through */

/* A place in bytecode; arguments above 255 have their upper bytes in EXTENDED_ARGs before. */
struct cursor {
    const unsigned char *at, *end;
    unsigned operation, argument;
};

static bool next_instruction(struct cursor *cursor)
{
    unsigned extended = 0;
    while (cursor->end - cursor->at >= 2) {
        cursor->operation = cursor->at[0];
        cursor->argument = extended << 8 | cursor->at[1];
        cursor->at += 2;
        if (cursor->operation != EXTENDED_ARG)
            return true;
        extended = cursor->argument;
    }
    return false;
}

struct body {
    PyObject *bytes, *constants, *names;
    struct cursor cursor;
};

static bool open_body(struct body *body, PyObject *code)
{
    char *bytes;
    Py_ssize_t size;
    body->bytes = PyObject_GetAttrString(code, "co_code");
    body->constants = PyObject_GetAttrString(code, "co_consts");
    body->names = PyObject_GetAttrString(code, "co_names");
    if (!body->bytes || !body->constants || !body->names || !PyTuple_Check(body->constants) ||
        !PyTuple_Check(body->names) || PyBytes_AsStringAndSize(body->bytes, &bytes, &size) < 0)
        return false;
    body->cursor = (struct cursor){(unsigned char *)bytes, (unsigned char *)bytes + size, 0, 0};
    return true;
}

static void close_body(struct body *body)
{
    Py_XDECREF(body->bytes);
    Py_XDECREF(body->constants);
    Py_XDECREF(body->names);
    PyErr_Clear();
}

/* Borrowed, or NULL. */
static PyObject *constant(struct body *body, unsigned index)
{
    return index < (size_t)PyTuple_Size(body->constants) ? PyTuple_GetItem(body->constants, index)
                                                         : NULL;
}

static bool is_name(struct body *body, unsigned index, const char *text)
{
    return index < (size_t)PyTuple_Size(body->names) &&
           PyUnicode_CompareWithASCIIString(PyTuple_GetItem(body->names, index), text) == 0;
}

static bool is_class_body(PyObject *code)
{
    PyObject *flags = PyObject_GetAttrString(code, "co_flags");
    long value = flags ? PyLong_AsLong(flags) : CODE_OPTIMIZED;
    Py_XDECREF(flags);
    PyErr_Clear();
    return !(value & CODE_OPTIMIZED);
}

/* What a class body stores as __qualname__; a new reference or NULL. */
static PyObject *class_name(PyObject *code)
{
    struct body body;
    PyObject *last = NULL, *found = NULL;
    bool usable = open_body(&body, code);

    while (usable && !found && next_instruction(&body.cursor)) {
        if (body.cursor.operation == STORE_NAME && last &&
            is_name(&body, body.cursor.argument, "__qualname__"))
            found = last;
        last = body.cursor.operation == LOAD_CONST ? constant(&body, body.cursor.argument) : NULL;
    }
    if (found && PyUnicode_Check(found))
        Py_IncRef(found);
    else
        found = NULL;
    close_body(&body);
    return found;
}

static void remember(PyObject *code, PyObject *name)
{
    PyObject *key = PyLong_FromVoidPtr(code);
    if (key && PyUnicode_Check(name) && !PyDict_GetItem(known, key) &&
        PyDict_SetItem(known, key, name) == 0)
        Py_IncRef(code);
    Py_XDECREF(key);
    PyErr_Clear();
}

/* Names what `code` makes, and what that makes. */
static void walk(PyObject *code, PyTypeObject *code_type, int nesting)
{
    struct body body;
    PyObject *before = NULL, *last = NULL; /* the constants loaded just now; borrowed */
    bool usable = nesting < NESTING_MAX && open_body(&body, code);

    if (!usable)
        return;
    while (next_instruction(&body.cursor)) {
        if (body.cursor.operation == MAKE_FUNCTION && before && last &&
            Py_TYPE(before) == code_type) {
            PyObject *class = is_class_body(before) ? class_name(before) : NULL;
            remember(before, class ? class : last);
            walk(before, code_type, nesting + 1);
            Py_XDECREF(class);
        }
        before = last;
        last = body.cursor.operation == LOAD_CONST ? constant(&body, body.cursor.argument) : NULL;
    }
    close_body(&body);
}

static void look_at(PyObject *value, PyTypeObject *code_type, int nesting);

static void look_at_function(PyObject *function, PyTypeObject *code_type)
{
    PyObject *code = cpython_attribute(function, "__code__"),
             *name = cpython_attribute(function, "__qualname__");
    if (code && name && Py_TYPE(code) == code_type) {
        remember(code, name);
        walk(code, code_type, 0);
    }
    Py_XDECREF(code);
    Py_XDECREF(name);
}

static void look_at_parts(PyObject *value, PyTypeObject *code_type, int nesting)
{
    static const char *const parts[] = {"__func__", "fget", "fset", "fdel", "__wrapped__"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        PyObject *part = cpython_attribute(value, parts[i]);
        if (part)
            look_at(part, code_type, nesting + 1);
        Py_XDECREF(part);
    }
}

static void look_at_class(PyObject *class, PyTypeObject *code_type, int nesting)
{
    PyObject *members = cpython_attribute(class, "__dict__");
    PyObject *values = members ? PyMapping_Values(members) : NULL;
    Py_ssize_t count = values ? PyList_Size(values) : 0;
    for (Py_ssize_t i = 0; i < count; i++)
        look_at(PyList_GetItem(values, i), code_type, nesting + 1);
    Py_XDECREF(values);
    Py_XDECREF(members);
    PyErr_Clear();
}

static void look_at(PyObject *value, PyTypeObject *code_type, int nesting)
{
    PyTypeObject *type = Py_TYPE(value);
    if (nesting > LOOK_MAX)
        return;
    if (type == &PyFunction_Type)
        look_at_function(value, code_type);
    else if (PyType_Check(value))
        look_at_class(value, code_type, nesting);
    if (type == &PyFunction_Type || type == &PyProperty_Type || type == &PyStaticMethod_Type ||
        type == &PyClassMethod_Type)
        look_at_parts(value, code_type, nesting);
}

/* Looks through a module that was imported unseen; once a module. */
static void look_through(PyObject *globals, PyTypeObject *code_type)
{
    PyObject *key = PyLong_FromVoidPtr(globals);
    PyObject *values = key && PySet_Contains(modules, key) == 0 ? PyMapping_Values(globals) : NULL;
    Py_ssize_t count = values && PySet_Add(modules, key) == 0 ? PyList_Size(values) : 0;
    for (Py_ssize_t i = 0; i < count; i++)
        look_at(PyList_GetItem(values, i), code_type, 0);
    Py_XDECREF(values);
    Py_XDECREF(key);
    PyErr_Clear();
}

static PyObject *find(PyObject *code)
{
    PyObject *key = PyLong_FromVoidPtr(code);
    PyObject *name = key ? PyDict_GetItem(known, key) : NULL;
    Py_XINCREF(name);
    Py_XDECREF(key);
    return name;
}

PyObject *qualnames_of(PyObject *code, PyObject *globals)
{
    PyObject *plain = cpython_attribute(code, "co_name"), *name = NULL;

    if (!known)
        known = PyDict_New();
    if (!modules)
        modules = PySet_New(NULL);
    if (!plain || !PyUnicode_Check(plain) || !known || !modules)
        return plain;
    name = find(code);
    if (!name && PyUnicode_CompareWithASCIIString(plain, "<module>") == 0) {
        walk(code, Py_TYPE(code), 0);
    } else if (!name && globals) {
        look_through(globals, Py_TYPE(code));
        name = find(code);
    }
    if (!name)
        return plain;
    Py_DecRef(plain);
    return name;
}
