"""Starts ncprof's recorder in a Python that `ncprof record` runs; found through PYTHONPATH.

Leaves no trace of itself: its folder goes from sys.path, and the sitecustomize that it hides is
imported in its place. PYTHONPATH and NCPROF_SESSION stay in the environment, for child processes.
Every Python that is started with that environment reads this file, even those that cannot be
recorded (2.7, PyPy): it keeps to what all of them understand, and stays silent.
"""
import os
import sys


def _start(folder):
    try:
        if sys.implementation.name == "cpython" and "t" not in getattr(sys, "abiflags", ""):
            import _ncprof
            _ncprof.start()
    except Exception:  # the program must run, recorded or not
        pass
    sys.modules.pop("_ncprof", None)
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != folder]
    sys.path_importer_cache.pop(folder, None)


_start(os.path.dirname(os.path.abspath(__file__)))
del sys.modules["sitecustomize"]
import sitecustomize  # noqa: E402  the hidden one, or the ImportError that site expects
