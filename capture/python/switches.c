#include "capture/python/switches.h"

#include "capture/channel/control.h"

static PyObject *nothing(void)
{
    Py_IncRef(Py_None);
    return Py_None;
}

static PyObject *start(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    control_switch(false);
    return nothing();
}

static PyObject *stop(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    control_switch(true);
    return nothing();
}

static PyObject *enter(PyObject *self, PyObject *unused)
{
    (void)unused;
    control_switch(false);
    Py_IncRef(self);
    return self;
}

static PyObject *leave(PyObject *self, PyObject *arguments)
{
    (void)self, (void)arguments;
    control_switch(true);
    return nothing();
}

static PyMethodDef functions[] = {
    {"start", start, METH_NOARGS, "Calls are recorded from here on, in all threads and processes."},
    {"stop", stop, METH_NOARGS,
     "Calls made from here on are not recorded, in any thread or process."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "ncprof",
                                        .m_doc = "What a program may say to its recorder.",
                                        .m_size = -1, .m_methods = functions};

static PyObject *make_manager(void)
{
    static PyMethodDef methods[] = {
        {"__enter__", enter, METH_NOARGS, NULL},
        {"__exit__", leave, METH_VARARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    PyType_Slot slots[] = {
        {Py_tp_methods, methods},
        {Py_tp_doc, "with ncprof.recording(): start() here and stop() at its end."},
        {0, NULL},
    };
    PyType_Spec spec = {.name = "ncprof.recording",
                        .basicsize = sizeof(PyObject),
                        .flags = Py_TPFLAGS_DEFAULT,
                        .slots = slots};
    return PyType_FromSpec(&spec);
}

void switches_open(void)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed */
    PyObject *module = NULL, *manager = NULL;
    if (modules && !PyDict_GetItemString(modules, "ncprof"))
        module = PyModule_Create(&definition);
    if (module)
        manager = make_manager();
    if (manager && PyObject_SetAttrString(module, "recording", manager) == 0)
        PyDict_SetItemString(modules, "ncprof", module);
    Py_XDECREF(manager);
    Py_XDECREF(module);
    PyErr_Clear();
}
