#!/usr/bin/env python3
"""What a recorded program sees of the recorder: what is documented, and nothing else."""
import os
import pty
import re
import subprocess

from common import FOLDER, NCPROF, PYTHON, equal, expect, main, program, script, test

PORTRAIT = r"""
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
extern char **environ;
static void descriptors(void)
{
    for (int fd = 0; fd < 64; fd++) {
        struct stat status;
        if (fstat(fd, &status) == 0)
            printf("fd %d type %o flags %x close %d tty %d\n", fd, status.st_mode & S_IFMT, fcntl(fd, F_GETFL),
                   fcntl(fd, F_GETFD), isatty(fd));
    }
}
static void signals(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "Sig", 3) == 0 || strncmp(line, "Shd", 3) == 0 || strncmp(line, "Cap", 3) == 0 ||
            strncmp(line, "NoNewPrivs", 10) == 0 || strncmp(line, "Seccomp:", 8) == 0 ||
            strncmp(line, "Threads", 7) == 0 || strncmp(line, "Umask", 5) == 0)
            if (strncmp(line, "SigQ", 4))
                fputs(line, stdout);
    fclose(file);
    for (int number = 1; number < 65; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            printf("signal %d %s\n", number, action.sa_handler == SIG_IGN ? "ignored" : "caught");
    }
}
static void process(void)
{
    char name[16] = "", folder[4096];
    cpu_set_t cpus;
    prctl(PR_GET_NAME, name);
    sched_getaffinity(0, sizeof cpus, &cpus);
    printf("name %s nice %d policy %d cpus %d folder %s\n", name, getpriority(PRIO_PROCESS, 0), sched_getscheduler(0),
           CPU_COUNT(&cpus), getcwd(folder, sizeof folder));
    printf("leader of group %d of session %d group is parent's %d foreground %d\n", getpgrp() == getpid(),
           getsid(0) == getpid(), getpgrp() == getpgid(getppid()), tcgetpgrp(0) == getpgrp());
    printf("dumpable %d death signal %d subreaper %d\n", prctl(PR_GET_DUMPABLE), 0, 0);
    for (int what = 0; what < 16; what++) {
        struct rlimit limit;
        getrlimit(what, &limit);
        printf("limit %d %lx %lx\n", what, (long)limit.rlim_cur, (long)limit.rlim_max);
    }
}
static void input(void)
{
    char text[100];
    ssize_t size = read(0, text, sizeof text);
    printf("input %zd %.*s\n", size, size > 0 ? (int)size : 0, text);
}
int main(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        printf("argument %s\n", argv[i]);
    for (char **e = environ; *e; e++)
        printf("env %s\n", *e);
    descriptors();
    signals();
    process();
    if (argc > 1 && strcmp(argv[1], "read") == 0)
        input();
    return 0;
}
"""
OURS = ("env LD_PRELOAD=", "env PYTHONPATH=", "env NCPROF_SESSION=")


def portrait():
    return program("portrait", PORTRAIT, "-finstrument-functions", "-w")


def same(done, plain, what=""):
    """All lines but those of the recorder's three variables."""
    done, plain = known(done), known(plain)
    expect(done == plain, f"{what}: got {[x for x in done if x not in plain]}, wanted {[x for x in plain if x not in done]}")


def known(text):
    """Lines without the recorder's three variables, and without what differs from run to run."""
    return [line for line in text.splitlines() if not line.startswith((*OURS, "env _="))]


def alike(arguments=(), **more):
    portrait()
    more = {"cwd": FOLDER, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "timeout": 60, **more}
    plain = subprocess.run(["./portrait", *arguments], **more)
    done = subprocess.run([NCPROF, "record", "--force", "-q", "./portrait", *arguments], **more)
    same(done.stdout, plain.stdout, done.stderr)
    expect(len(known(plain.stdout)) > 30, plain.stdout)
    equal((done.returncode, done.stderr), (plain.returncode, plain.stderr))
    return done.stdout


@test("descriptors, arguments, environment, signals, limits, name, niceness, group")
def _():
    out = alike(["a", "b c", ""], stdin=subprocess.DEVNULL)
    equal(len([line for line in out.splitlines() if line.startswith(OURS)]), 3)


@test("standard input from a pipe, a file, closed")
def _():
    alike(["read"], input="some words")
    (FOLDER / "words").write_text("words of a file")
    for _ in range(2):
        with open(FOLDER / "words") as file:
            plain = subprocess.run(["./portrait", "read"], cwd=FOLDER, stdin=file, capture_output=True, text=True)
        with open(FOLDER / "words") as file:
            done = subprocess.run([NCPROF, "record", "--force", "-q", "./portrait", "read"], cwd=FOLDER, stdin=file,
                                  capture_output=True, text=True)
        same(done.stdout, plain.stdout)
    alike(["read"], preexec_fn=lambda: os.close(0), stdin=None)


@test("standard output and error closed; further descriptors handed down")
def _():
    portrait()
    for closed in (1, 2):
        plain = subprocess.run(["./portrait"], cwd=FOLDER, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                               preexec_fn=lambda fd=closed: os.close(fd))
        done = subprocess.run([NCPROF, "record", "--force", "-q", "./portrait"], cwd=FOLDER, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, preexec_fn=lambda fd=closed: os.close(fd))
        same(done.stdout, plain.stdout, f"{closed} closed")
        equal(done.returncode, plain.returncode, f"{closed} closed: {done.stderr}")
    with open(FOLDER / "further", "w") as file:
        alike(stdin=subprocess.DEVNULL, pass_fds=[file.fileno()])


@test("ignored and blocked signals, umask, niceness and limits as they were")
def _():
    import resource
    import signal

    def change():
        for number in (signal.SIGHUP, signal.SIGXFSZ, signal.SIGPIPE, signal.SIGUSR1, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH, signal.SIGALRM, signal.SIGUSR2})
        os.umask(0o027)
        os.nice(5)
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    alike(stdin=subprocess.DEVNULL, preexec_fn=change, restore_signals=False)


def on_terminal(*command):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(FOLDER)
        os.execv(command[0], command)
    text = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            data = b""
        if not data:
            break
        text += data
    os.waitpid(pid, 0)
    os.close(terminal)
    return text.decode().replace("\r", "")


@test("a terminal: it is the program's, too")
def _():
    portrait()
    plain = on_terminal(str(FOLDER / "portrait"))
    done = on_terminal(NCPROF, "record", "--force", "-q", str(FOLDER / "portrait"))
    leads = re.compile("leader .*")  # alone it leads the group; recorded, the recorder does
    same(leads.sub("", done), leads.sub("", plain))
    expect("foreground 1" in done and "tty 1" in done, done)


@test("mappings: the library, and the session's file")
def _():
    program("mapped", r'''
#include <stdio.h>
int main(void)
{
    FILE *file = fopen("/proc/self/maps", "r");
    for (int c; (c = fgetc(file)) != EOF;)
        putchar(c);
    return 0;
}
''', "-finstrument-functions")
    def files(text):
        return {re.sub(r"-\w{6}$|-\d+-.*", "", line.split()[5]) for line in text.splitlines() if len(line.split()) > 5}
    plain = subprocess.run([FOLDER / "mapped"], capture_output=True, text=True).stdout
    done = subprocess.run([NCPROF, "record", "--force", "-q", "-o", FOLDER / "m.ncp", FOLDER / "mapped"],
                          capture_output=True, text=True).stdout
    more = {name.rpartition("/")[2] for name in files(done) - files(plain)}
    expect(more <= {"libncprof.so", "ncprof", "libdl.so.2", "libpthread.so.0", "libgcc_s.so.1", "libm.so.6"}, more)
    size = sum(int(line.split("-")[1].split()[0], 16) - int(line.split("-")[0], 16) for line in done.splitlines()
               if "/ncprof-" in line)
    expect(size < 80 << 20, f"{size >> 20} MiB of the session are mapped")
    equal(len([1 for line in done.splitlines() if "x" in line.split()[1] and "w" in line.split()[1]]), 0, "w and x")


@test("a Python program: descriptors, threads, signals, modules of its own only")
def _():
    script("look.py", "import os, signal, sys, threading\n"
                      "print(sorted(os.listdir('/proc/self/fd')), threading.active_count())\n"
                      "print([signal.getsignal(n) for n in range(1, 32)], os.umask(0), os.nice(0))\n"
                      "print(len(os.listdir('/proc/self/task')), sorted(k for k in os.environ if k not in "
                      "('LD_PRELOAD', 'PYTHONPATH', 'NCPROF_SESSION', '_')))\n")
    more = {"cwd": FOLDER, "capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
    plain = subprocess.run([PYTHON, "look.py"], **more)
    done = subprocess.run([NCPROF, "record", "--force", "-q", PYTHON, "look.py"], **more)
    equal((done.stdout, done.returncode), (plain.stdout, plain.returncode), done.stderr)


if __name__ == "__main__":
    main()
