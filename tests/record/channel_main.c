#include "tests/record/channel.h"

#include <string.h>
#include <sys/wait.h>

static int run_test(bool (*test)(void))
{
    if (drain_open(&drain, &writer, &err) != 0)
        return 1;
    setenv(CHANNEL_ENVIRONMENT, drain_path(drain), 1);
    bool passed = test();
    char path[256];
    snprintf(path, sizeof path, "%s", drain_path(drain));
    drain_close(drain);
    if (access(path, F_OK) == 0)
        passed = false;
    fflush(stdout);
    return passed ? 0 : 1;
}

static void run_one(const struct channel_test *test, unsigned number)
{
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(run_test(test->run));
    waitpid(pid, &status, 0);
    printf("%sok %u - %s\n", status == 0 ? "" : "not ", number, test->name);
}

/* With a word: the tests that have it in their names. */
int main(int argc, char **argv)
{
    const struct channel_test *const tables[] = {event_tests, failure_tests, recovery_tests};
    unsigned number = 0;
    for (int t = 0; t < 3; t++)
        for (const struct channel_test *test = tables[t]; test->name; test++)
            if (argc < 2 || strstr(test->name, argv[1]))
                run_one(test, ++number);
    printf("1..%u\n", number);
    return 0;
}
