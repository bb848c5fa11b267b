#include "capture/python/processes.h"

#include "capture/channel/target.h"
#include "capture/python/names.h"
#include "capture/python/threads.h"

bool processes_begin_with(const char *module, const char *name)
{
    return (strcmp(module, "multiprocessing.util") == 0 &&
            strcmp(name, "_run_after_forkers") == 0) ||
           (strcmp(module, "multiprocessing.context") == 0 &&
            strcmp(name, "SpawnProcess._after_fork") == 0);
}

/* Of multiprocessing.current_process(); a new reference or NULL. */
static PyObject *name_of_process(void)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed, as the next one */
    PyObject *module = modules ? PyDict_GetItemString(modules, "multiprocessing.process") : NULL;
    PyObject *process = module ? cpython_attribute(module, "_current_process") : NULL;
    PyObject *name = process ? cpython_attribute(process, "_name") : NULL;
    Py_XDECREF(process);
    return name;
}

void processes_begin(void)
{
    PyObject *type, *value, *traceback, *owner = NULL;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *name = name_of_process();
    const char *text = names_text(name, &owner);
    if (threads_current && *text)
        define_thread(&threads_current->stream, text);
    Py_XDECREF(owner);
    Py_XDECREF(name);
    PyErr_Restore(type, value, traceback);
}
