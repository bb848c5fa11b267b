#include "capture/python/names.h"

#include "capture/python/qualnames.h"

const char *names_text(PyObject *unicode, PyObject **owner)
{
    const char *text = NULL;
    *owner = NULL;
    if (!unicode || !PyUnicode_Check(unicode))
        return "";
    text = PyUnicode_AsUTF8AndSize(unicode, NULL);
    if (text) {
        Py_IncRef(unicode);
        *owner = unicode;
        return text;
    }
    PyErr_Clear(); /* a surrogate */
    *owner = PyUnicode_AsEncodedString(unicode, "utf-8", "backslashreplace");
    text = *owner ? PyBytes_AsString(*owner) : NULL;
    PyErr_Clear();
    return text ? text : "";
}

static const char *attribute(PyObject *object, const char *name, PyObject **owner)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    const char *text = names_text(value, owner);
    Py_XDECREF(value);
    PyErr_Clear();
    return text;
}

static uint32_t first_line(PyObject *code)
{
    PyObject *number = PyObject_GetAttrString(code, "co_firstlineno");
    long line = number ? PyLong_AsLong(number) : 0;
    Py_XDECREF(number);
    PyErr_Clear();
    return line > 0 ? (uint32_t)line : 0;
}

void names_of_code(struct names *names, PyObject *code, PyObject *globals)
{
    if (!globals)
        globals = PyEval_GetGlobals(); /* borrowed */
    PyObject *module = globals ? PyDict_GetItemString(globals, "__name__") : NULL;

    names->module = names_text(module, &names->owners[1]);
    names->file = attribute(code, "co_filename", &names->owners[2]);
    names->line = first_line(code);
    if (cpython_version >= PYTHON_3_11) {
        names->name = attribute(code, "co_qualname", &names->owners[0]);
        return;
    }
    PyObject *name = qualnames_of(code, globals);
    names->name = names_text(name, &names->owners[0]);
    Py_XDECREF(name);
    PyErr_Clear();
}

/* What a class's own __dict__ has under a name; a new reference or NULL. */
static PyObject *own_attribute(PyObject *class, PyObject *name)
{
    PyObject *dict = cpython_attribute(class, "__dict__");
    PyObject *value = dict ? PyObject_GetItem(dict, name) : NULL;
    Py_XDECREF(dict);
    PyErr_Clear();
    return value;
}

static bool is_descriptor(PyObject *value)
{
    return Py_TYPE(value) == &PyMethodDescr_Type || Py_TYPE(value) == &PyClassMethodDescr_Type;
}

/* What the classes in `type`'s order have under the definition's name: the descriptor of that very
 * definition, or NULL; `named` then is the first of that name. */
static PyObject *find_descriptor(PyObject *type, const PyMethodDef *definition, PyObject **named)
{
    PyObject *name = PyUnicode_FromString(definition->ml_name), *found = NULL;
    PyObject *order = cpython_attribute(type, "__mro__");
    Py_ssize_t count = name && order && PyTuple_Check(order) ? PyTuple_Size(order) : 0;

    *named = NULL;
    for (Py_ssize_t i = 0; i < count && !found; i++) {
        PyObject *value = own_attribute(PyTuple_GetItem(order, i), name);
        if (!value)
            continue;
        if (is_descriptor(value) && ((struct cpython_descriptor *)value)->definition == definition)
            found = value;
        else if (!*named)
            *named = value;
        else
            Py_DecRef(value);
    }
    Py_XDECREF(order);
    Py_XDECREF(name);
    PyErr_Clear();
    return found;
}

/*
 * The descriptor that a bound method came from. cProfile takes whatever its object's class has
 * under that name, which can be another one (of a subclass; of type for a class method). It is
 * followed only where nothing better is found.
 */
static PyObject *descriptor_of(PyObject *self, const PyMethodDef *definition)
{
    PyObject *named, *other = NULL;
    PyObject *found = find_descriptor((PyObject *)Py_TYPE(self), definition, &named);
    if (!found && named && PyType_Check(self))
        found = find_descriptor(self, definition, &other);
    if (!found && named && is_descriptor(named)) {
        found = named;
        named = NULL;
    }
    Py_XDECREF(named);
    Py_XDECREF(other);
    return found;
}

static PyObject *module_of(PyObject *function)
{
    PyObject *module = PyObject_GetAttrString(function, "__module__");
    PyErr_Clear();
    if (module && !PyUnicode_Check(module)) {
        Py_DecRef(module);
        module = NULL;
    }
    return module;
}

static PyObject *name_function(PyObject *function, const char *name)
{
    PyObject *self = ((struct cpython_function *)function)->self;
    PyObject *module = module_of(function);
    PyObject *text;

    if (!self && module && PyUnicode_CompareWithASCIIString(module, "builtins") != 0)
        text = PyUnicode_FromFormat("<%U.%s>", module, name);
    else if (!self)
        text = PyUnicode_FromFormat("<%s>", name);
    else if (PyType_Check(self) && strcmp(name, "__new__") == 0)
        text = PyUnicode_FromString("<built-in method __new__ of type object>");
    else if (module)
        text = PyUnicode_FromFormat("<built-in method %U.%s>", module, name);
    else
        text = PyUnicode_FromFormat("<built-in method %s>", name);
    Py_XDECREF(module);
    return text;
}

void names_of_builtin(struct names *names, const PyMethodDef *definition, PyObject *callable)
{
    PyObject *descriptor = NULL, *text = NULL;

    *names = (struct names){.module = "", .file = ""};
    if (Py_TYPE(callable) == &PyMethodDescr_Type) {
        descriptor = callable;
        Py_IncRef(descriptor);
    } else if (((struct cpython_function *)callable)->self) {
        descriptor = descriptor_of(((struct cpython_function *)callable)->self, definition);
    }
    text = descriptor ? PyObject_Repr(descriptor) : name_function(callable, definition->ml_name);
    names->name = names_text(text, &names->owners[0]);
    Py_XDECREF(text);
    Py_XDECREF(descriptor);
    PyErr_Clear();
}

void names_free(struct names *names)
{
    for (int i = 0; i < 3; i++)
        Py_XDECREF(names->owners[i]);
}
