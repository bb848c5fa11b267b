#!/usr/bin/python3
"""Logs of Papyrus against what is easily seen in the two files, and against speedscope's stacks, but
for the calls that it leaves out: those that were running when the log was opened.
"""
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import CORPUS, Tap, report, require_corpus, tree

SCRIPT = {1: (2, 1050), 2: (1, 50), 3: (1, 0), 4: (1, 0), 5: (1, 1000), 6: (1, 250)}
QUEST, EFFECT = "abc_example_mod_quest..exampleFunction", "abc_example_mod_effect..OnEffectStart"
STACK = {  # calls, own, total; OnEffectStart, 3 and 2 ran from the start, and their queues count
    (EFFECT,): (1, 34, 617),
    (EFFECT, QUEST + "3"): (1, 16, 49),
    (EFFECT, QUEST + "3", QUEST + "2"): (1, 16, 33),
    (EFFECT, QUEST + "3", QUEST + "2", "Debug..StartStackProfiling"): (1, 0, 0),
    (EFFECT, QUEST + "3", QUEST + "2", "Form..GetFormID"): (1, 0, 0),
    (EFFECT, QUEST + "3", QUEST + "2", QUEST + "1"): (1, 17, 17),
    (EFFECT, QUEST + "3", QUEST + "2", QUEST + "1", "Form..GetFormID"): (1, 0, 0),
    (EFFECT, QUEST + "3", QUEST + "2", QUEST + "1", "Game..GetModName"): (1, 0, 0),
    (EFFECT, QUEST + "3", "Cell..IsInterior"): (1, 0, 0),
    (EFFECT, "utility..WaitMenuMode"): (1, 534, 534)}


def main():
    require_corpus()
    tap = Tap()
    path = CORPUS / "papyrus/speedscope__papyrus_script.log"
    ours = {row["module"] + ".." + row["name"]: (row["ncalls"], round(row["tottime"] * 1000))
            for row in report(path)["functions"]}
    wanted = {f"abc_example_quest..exampleFunction{n}": values for n, values in SCRIPT.items()}
    tap.result(f"{path.name}: {len(wanted)} functions", [] if ours == wanted else [f"{ours}"])
    path = CORPUS / "papyrus/speedscope__papyrus_stack.log"
    ours = {tuple(module + ".." + name for module, name in stack):
            (row["ncalls"], round(row["tottime"] * 1000), round(row["cumtime"] * 1000))
            for stack, row in tree(path)}
    tap.result(f"{path.name}: {len(STACK)} calls", [] if ours == STACK else [f"{ours}"])
    return tap.finish()


sys.exit(main())
