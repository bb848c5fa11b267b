"""Runs a script under the least hooks there can be:  floor_python.py FOLDER PYTHON_ONLY CLOCK SCRIPT

FOLDER has the module made of floor_python.c. PYTHON_ONLY and CLOCK are 0 or 1: no C functions; the
clock is read and stored at every enter and leave, or nothing is done.
"""
import sys

sys.path.insert(0, sys.argv[1])
import floor_python  # noqa: E402

sys.path.pop(0)
ONLY, CLOCK = sys.argv[2] == "1", sys.argv[3] == "1"
del sys.argv[:4]
EVENTS = ["PY_START", "PY_RESUME", "PY_THROW", "PY_RETURN", "PY_YIELD", "PY_UNWIND",
          "CALL", "C_RETURN", "C_RAISE"]
NOTHING, READ, READ_IF_BUILTIN = range(3)


def monitor():
    """As the recorder does since 3.12."""
    monitoring, events = sys.monitoring, 0
    monitoring.use_tool_id(4, "floor")
    for number, name in enumerate(EVENTS[:6] if ONLY else EVENTS):
        event = getattr(monitoring.events, name)
        kind = (READ if number < 6 else READ_IF_BUILTIN) if CLOCK else NOTHING
        monitoring.register_callback(4, event, floor_python.Hook(kind))
        events |= event
    monitoring.set_events(4, events)


with open(sys.argv[0], encoding="utf-8") as file:
    CODE = compile(file.read(), sys.argv[0], "exec")
SPACE = {"__name__": "__main__", "__file__": sys.argv[0]}
if sys.version_info >= (3, 12):
    monitor()
else:
    floor_python.begin(ONLY, CLOCK)
exec(CODE, SPACE)
