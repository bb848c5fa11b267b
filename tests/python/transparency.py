#!/usr/bin/env python3
"""A recorded program is what it is without: argv, paths, __main__, streams, status, tracebacks."""
import re
import signal
import zipfile

from support import Recording, TMP, Tap, environment, each, run

SELF_PORTRAIT = """
import os, sys
def show(*values):
    print(*values)
show(sys.argv, sys.path, __name__, __doc__, sorted(globals()))
show(globals().get("__file__"), getattr(sys, "orig_argv", None), type(__loader__).__name__)
show([m for m in sorted(sys.modules) if "_ncprof" in m or "sitecustomize" in m])
show(sys.getprofile(), sys.gettrace(), sys.flags, sorted(sys.path_importer_cache))
show(len(sys._current_frames()), sorted(k for k in os.environ if k not in %r))
sys.stderr.write("to stderr\\n")
def fail(kind):
    raise kind("on purpose")
what = sys.argv[-1]
if what == "exit":
    sys.exit(7)
elif what == "text":
    sys.exit("said at the end")
elif what == "error":
    fail(KeyError)
elif what == "interrupt":
    fail(KeyboardInterrupt)
elif what == "abort":
    os.abort()
elif what == "kill":
    os.kill(os.getpid(), 9)
elif what == "_exit":
    os._exit(5)
elif what == "atexit":
    import atexit
    atexit.register(print, "at exit")
elif what == "stdin":
    print(sys.stdin.read())
"""
DOCUMENTED = ["NCPROF_SESSION", "PYTHONPATH", "LD_PRELOAD"]
ENDINGS = ["none", "exit", "text", "error", "interrupt", "abort", "kill", "_exit", "atexit", "stdin"]
ADDRESS = re.compile(rb"0x[0-9a-f]+")


def write_programs():
    folder = TMP / "program"
    (folder / "package").mkdir(parents=True)
    (folder / "folder").mkdir()
    text = SELF_PORTRAIT % DOCUMENTED
    for name in ("script.py", "package/__main__.py", "package/__init__.py", "folder/__main__.py"):
        (folder / name).write_text("" if name.endswith("__init__.py") else text)
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.writestr("__main__.py", text)
    (folder / "link.py").symlink_to(folder / "script.py")
    return folder


def assert_alike(python, arguments, stdin=b"from stdin", extra=None):
    options = {"cwd": FOLDER, "input": stdin, "env": environment(extra)}
    plain = run([python, *arguments], **options)
    recorded = Recording([python, *arguments], **options)
    status = plain.returncode if plain.returncode >= 0 else 128 - plain.returncode
    assert recorded.status in (status, plain.returncode), f"status {recorded.status}, not {status}"
    assert ADDRESS.sub(b"", recorded.out) == ADDRESS.sub(b"", plain.stdout), (
        f"{recorded.out.decode()}\ninstead of\n{plain.stdout.decode()}")
    seen, wanted = ADDRESS.sub(b"", recorded.err), ADDRESS.sub(b"", plain.stderr)
    assert seen.startswith(wanted), f"{seen.decode()}\ninstead of\n{wanted.decode()}"
    rest = seen[len(wanted):].splitlines()  # the recorder's own summary follows
    assert all(line.startswith(b"ncprof: ") or line.startswith(b"wrote ") for line in rest), rest
    return recorded


def ways(python):
    for arguments in (["script.py", "a", "none"], ["./script.py", "-c", "none"],
                      ["link.py", "none"], ["-m", "package", "x", "none"],
                      ["folder", "none"], ["archive.zip", "none"], ["-", "none"],
                      ["-c", SELF_PORTRAIT % DOCUMENTED, "x", "none"]):
        recorded = assert_alike(python, arguments,
                                (SELF_PORTRAIT % DOCUMENTED).encode() if "-" in arguments else b"")
        assert recorded.calls()["show"] == 5, f"{arguments}: {recorded.calls()}"


def isolated(python):
    show = ["-c", SELF_PORTRAIT % DOCUMENTED, "x", "none"]
    for arguments in (["-I", "script.py", "none"], ["-E", "-s", "link.py", "error"],
                      ["-I", "script.py", "interrupt"], ["-ES", "-m", "package", "none"],
                      ["-I", "folder", "none"], ["-E", *show],
                      ["-Iu", "-X", "utf8", "archive.zip", "none"], ["-E", "-S", *show]):
        recorded = assert_alike(python, arguments)
        assert recorded.calls()["show"] == 5, f"{arguments}: {recorded.calls()}"


def endings(python):
    for ending in ENDINGS:
        recorded = assert_alike(python, ["script.py", ending])
        assert recorded.calls()["show"] == 5, f"{ending}: {recorded.calls()}"


def chain(python):
    """The sitecustomize that the recorder's hides is imported, from wherever it is."""
    site = TMP / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text("import sys\nsys.custom = __file__, __name__\n")
    (FOLDER / "custom.py").write_text("import sys, sitecustomize\n"
                                      "print(sys.custom, sitecustomize, sys.path)\n")
    assert_alike(python, ["custom.py"], extra={"PYTHONPATH": str(site)})


def chain_broken(python):
    """A sitecustomize that fails is reported as without the recorder."""
    site = TMP / "broken"
    site.mkdir(exist_ok=True)
    for text in ("import no_such_module\n", "raise ValueError('in site')\n", "1/0\n"):
        (site / "sitecustomize.py").write_text(text)
        assert_alike(python, ["script.py", "none"], extra={"PYTHONPATH": str(site)})


def environment_path(python):
    """PYTHONPATH's other entries stay where they were."""
    assert_alike(python, ["script.py", "none"], extra={"PYTHONPATH": f"{TMP}/one:{TMP}/two"})


def interrupted(python):
    """SIGINT ends the program as without; what was recorded is there."""
    (FOLDER / "interrupted.py").write_text(
        "import os, signal\ndef hit():\n    os.kill(os.getpid(), signal.SIGINT)\nhit()\n")
    recorded = assert_alike(python, ["interrupted.py"])
    assert recorded.status in (-signal.SIGINT, 128 + signal.SIGINT)
    assert recorded.calls()["hit"] == 1


FOLDER = write_programs()


def main():
    tap = Tap()
    each(tap, "every way to start a program", ways)
    each(tap, "every way to end it", endings)
    each(tap, "interpreters that ignore the environment", isolated)
    each(tap, "the hidden sitecustomize is imported", chain)
    each(tap, "a failing sitecustomize fails as without", chain_broken)
    each(tap, "PYTHONPATH", environment_path)
    each(tap, "SIGINT", interrupted)
    tap.close()


main()
