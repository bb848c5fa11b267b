"""Runs a program under ncprof's recorder in a Python that ignores PYTHONPATH (-I, -E, -S).

    python FLAGS... ncprof_run.py -m MODULE [ARG...]
    python FLAGS... ncprof_run.py -c CODE [ARG...]
    python FLAGS... ncprof_run.py SCRIPT [ARG...]      a file, or a folder or zip with a __main__
    python FLAGS... ncprof_run.py - [ARG...]           the program is standard input
    python FLAGS... ncprof_run.py ""                   the same, and was not named

is what `ncprof record` starts in the place of `python FLAGS... -m MODULE ...` and so on; FLAGS are
the interpreter's own options as the user gave them, and NCPROF_SESSION is in the environment.

The program is run as the interpreter itself would: same sys.argv, sys.orig_argv, sys.path, __main__,
exit status and tracebacks. One thing more is to be seen: this file's frame below the program's own.
"""
import sys


def _import(folder):
    """_ncprof out of this file's folder, leaving nothing of it behind."""
    sys.path.insert(0, folder)
    try:
        import _ncprof
        return _ncprof
    finally:
        del sys.path[0]
        sys.modules.pop("_ncprof", None)
        sys.path_importer_cache.pop(folder, None)
        sys.path_importer_cache.pop(__file__, None)  # the interpreter looked whether it is a zip


_ncprof = _import(__file__.rpartition("/")[0])
_ncprof.start()
_ncprof.run(__file__.rpartition("/")[0])  # empties this namespace: nothing can follow
