#!/usr/bin/env python3
"""The documents say what the program does: README.md and the man page against --help and the key table.

The key tables and the outputs under "$ ncprof ..." in README.md are rewritten by `make golden`.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(os.environ.get("TOP", "."))
NCPROF = os.environ["NCPROF"]
REWRITE = os.environ.get("GOLDEN") == "rewrite"
README, MAN = TOP / "README.md", TOP / "tui/man/ncprof.1"
OPTION = re.compile(r"^  (?:-\w, )?--([a-z][a-z-]*)", re.MULTILINE)
MAN_OPTION = re.compile(r"^\.T[PQ]\n\.B[RI]* .*?\\-\\-([a-z][a-z\\-]*)", re.MULTILINE)
UNDOCUMENTED = {"help", "version"}  # said by --help itself
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
results = []


def check(name, problems):
    results.append(not problems)
    print(f"{'not ' if problems else ''}ok {len(results)} - {name}")
    for problem in problems:
        print(f"# {problem}")


def skip(name, why):
    results.append(True)
    print(f"ok {len(results)} - {name} # SKIP {why}")


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)


def help_of(*command):
    return run(NCPROF, *command, "--help").stdout


def commands(*command):
    """The commands of ncprof, or of one that has its own; each followed by its own: "plan status"."""
    found = []
    for name in re.findall(r"^  ([a-z]+)  +\S", help_of(*command), re.MULTILINE):
        found.append(" ".join((*command, name)))
        if len(command) < 2:
            found += commands(*command, name)
    return found


def man_sections():
    """The options that the man page describes, by command; "" is the browser's."""
    text = MAN.read_text().partition(".SH COMMANDS")[2].partition("\n.SH ")[0]
    sections = re.findall(r"^\.SS ncprof ?((?:[a-z]+ ?)*)(.*?)(?=^\.SS|\Z)", text, re.MULTILINE | re.DOTALL)
    return {name.strip(): {option.replace("\\", "") for option in MAN_OPTION.findall(section)}
            for name, section in sections}


def compare(where, said, true):
    return [f"{where}: --{name} is not described" for name in sorted(true - said)] + \
           [f"{where}: --{name} does not exist" for name in sorted(said - true)]


def check_man():
    sections = man_sections()
    problems = []
    for command in ["", *commands()]:
        true = set(OPTION.findall(help_of(*command.split())))
        if command not in sections:
            problems.append(f"no section .SS ncprof {command}")
        else:
            problems += compare(f"ncprof {command}", sections[command], true - {"help"})
    problems += [f"section about {name}, which is no command"
                 for name in sections if name and name not in commands()]
    check("the man page describes every command and option, and no other", problems)


def check_readme_commands():
    text = README.read_text()
    check("README.md names every command",
          [command for command in commands()
           if command not in UNDOCUMENTED and f"ncprof {command}" not in text])


def replace_between(path, first, last, text):
    """The part of a document between two marking lines is `text`, or is made so."""
    whole = path.read_text()
    before, found, rest = whole.partition(first + "\n")
    part, found_last, after = rest.partition(last)
    if not found or not found_last:
        return [f"{path.name} has no {first} ... {last}"]
    if part.strip() == text.strip():
        return []
    if REWRITE:
        path.write_text(before + first + "\n" + text.strip("\n") + "\n" + last + after)
        return []
    return [f"{path.name}: the key table differs from tui/actions.c: make golden rewrites it"]


def check_keys():
    printer = str(Path(os.environ["BUILD"]) / "tests/print_keys")
    check("README.md lists the keys of the action table", replace_between(
        README, "<!-- keys -->", "<!-- end of keys -->", run(printer, "markdown").stdout))
    check("the man page lists the keys of the action table", replace_between(
        MAN, '.\\" keys', '.\\" end of keys', run(printer, "man").stdout))


def check_console():
    """Every console block of README.md whose command reads tests/ prints exactly what stands there."""
    text, problems = README.read_text(), []
    for block in CONSOLE.findall(text):
        command, _, shown = block.partition("\n")
        if not command.startswith("$ ncprof ") or "tests/" not in command:
            continue
        made = run("sh", "-c", command[2:].replace("ncprof", NCPROF, 1), cwd=TOP)
        printed = "\n".join(line.rstrip() for line in made.stdout.splitlines()) + "\n"
        if made.returncode:
            problems.append(f"{command}: exit {made.returncode}: {made.stderr.strip()}")
        elif printed != shown:
            text = text.replace(block, command + "\n" + printed)
            if not REWRITE:
                problems += [f"{command} prints otherwise:", *printed.splitlines()]
    if REWRITE:
        README.write_text(text)
    check("README.md shows what its commands print", problems)


def check_links():
    problems = []
    for document in (README, TOP / "tests/README.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            if not (document.parent / target).exists():
                problems.append(f"{document.name}: {target} is not there")
    check("what the documents link to is there", problems)


def check_man_formats():
    name = "the man page is well-formed"
    if not shutil.which("mandoc"):
        skip(name, "mandoc is not installed")
        return
    made = run("mandoc", "-T", "lint", "-W", "warning", str(MAN))
    check(name, made.stdout.splitlines())


def complete(*words):
    """What bash offers for the last of the words."""
    script = f"""
        source {TOP}/tui/completions/ncprof.bash
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ncprof; printf '%s\\n' "${{COMPREPLY[@]}}" """
    return set(run("bash", "-c", script, "bash", NCPROF, *words).stdout.split())


def check_bash():
    problems = []
    for command in commands():
        *before, last = command.split()
        if last not in complete(*before, ""):
            problems.append(f"{command} is not offered")
        true = {f"--{name}" for name in OPTION.findall(help_of(*before, last))}
        if true != complete(*before, last, "--"):
            problems.append(f"ncprof {command}: offered {sorted(complete(*before, last, '--'))}")
    if complete("rep") != {"report"}:
        problems.append(f"rep -> {complete('rep')}")
    check("bash completes every command and option", problems)


def check_shell(shell, file):
    name = f"{file.name} is read by {shell}"
    if not shutil.which(shell):
        skip(name, f"{shell} is not installed")
        return
    made = run(shell, "-n", str(file))
    check(name, (made.stderr + made.stdout).splitlines())


def main():
    check_man()
    check_readme_commands()
    check_keys()
    check_console()
    check_links()
    check_man_formats()
    check_bash()
    check_shell("zsh", TOP / "tui/completions/_ncprof")
    check_shell("fish", TOP / "tui/completions/ncprof.fish")
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
