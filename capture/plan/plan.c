#include "capture/plan/plan.h"

#include "capture/plan/dates.h"
#include "capture/plan/document.h"
#include "capture/plan/entries.h"
#include "capture/plan/result.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- loading ---- */

static int read_all(int fd, char *text, size_t size, struct error *err)
{
    size_t used = 0;
    while (used < size) {
        ssize_t got = read(fd, text + used, size - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, "cannot be read");
        if (got == 0)
            break;
        used += (size_t)got;
    }
    text[used] = '\0';
    return used == strlen(text) ? 0 : error_set(err, ERROR_FORMAT, "a NUL byte in the JSON");
}

/* The text of the file, which the caller frees; NULL and the error. */
static char *read_file(const char *path, struct error *err)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0) {
        error_errno(err, "cannot be opened");
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    char *text = NULL;
    if (!S_ISREG(status.st_mode))
        error_set(err, ERROR_IO, "is no file");
    else if (status.st_size > PLAN_SIZE_MAX)
        error_set(err, ERROR_LIMIT, "is larger than a plan may be (%u MiB)", PLAN_SIZE_MAX >> 20);
    else
        text = memory_alloc((size_t)status.st_size + 1);
    if (text && read_all(fd, text, (size_t)status.st_size, err)) {
        free(text);
        text = NULL;
    }
    close(fd);
    return text;
}

static char *folder_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? memory_printf("%.*s", (int)(slash == file ? 1 : slash - file), file)
                 : memory_string(".");
}

int plan_load_text(struct plan **out, char *text, const char *path, const char *file,
                   struct error *err)
{
    struct plan *plan = memory_zeroed(1, sizeof *plan);
    plan->path = memory_string(path);
    plan->file = memory_string(file);
    plan->folder = folder_of(file);
    plan->text = text;
    plan->root = document_parse(text, strlen(text), err);
    if (plan->root && entries_read(plan, err) == 0) {
        *out = plan;
        return 0;
    }
    plan_free(plan);
    return error_in_file(err, path);
}

int plan_load(struct plan **out, const char *path, struct error *err)
{
    char *file = realpath(path, NULL);
    if (!file) {
        error_errno(err, "cannot be opened");
        return error_in_file(err, path);
    }
    char *text = read_file(file, err);
    int result = text ? plan_load_text(out, text, path, file, err) : error_in_file(err, path);
    free(file);
    return result;
}

static bool looks_like_plan(const cJSON *root)
{
    const cJSON *runs = cJSON_GetObjectItemCaseSensitive(root, "runs");
    if (!cJSON_IsArray(runs))
        return false;
    return !runs->child || cJSON_GetObjectItemCaseSensitive(runs->child, "id");
}

/* Most files need not be read for it; and who writes to a pipe would die of its being closed. */
static bool begins_like_json(const char *path)
{
    char head[256];
    struct stat status;
    bool is_file = stat(path, &status) == 0 && S_ISREG(status.st_mode);
    int fd = is_file ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    ssize_t got = fd < 0 ? 0 : read(fd, head, sizeof head - 1);
    if (fd >= 0)
        close(fd);
    head[got > 0 ? got : 0] = '\0';
    return head[strspn(head, " \t\r\n")] == '{';
}

bool plan_probe(const char *path)
{
    struct error ignored;
    char *text = begins_like_json(path) ? read_file(path, &ignored) : NULL;
    cJSON *root = text ? cJSON_Parse(text) : NULL;
    bool is_plan = looks_like_plan(root);
    cJSON_Delete(root);
    free(text);
    return is_plan;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    cJSON_Delete(plan->root);
    arena_free(&plan->arena);
    free(plan->path);
    free(plan->file);
    free(plan->folder);
    free(plan->text);
    free(plan);
}

/* ---- what it says ---- */

uint32_t plan_find(const struct plan *plan, const char *id)
{
    uint32_t low = 0, high = plan->run_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(plan->runs[plan->by_id[middle]].id, id);
        if (order == 0)
            return plan->by_id[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return PLAN_NONE;
}

double plan_run_size(const struct plan_run *run)
{
    if (isfinite(run->size))
        return run->size;
    return run->days ? (double)run->days : (double)NAN;
}

const char *plan_output_folder(const struct plan *plan)
{
    const char *folder = document_text(plan->root, "output");
    return *folder ? folder : "profiling";
}

char *plan_path(const struct plan *plan, const char *path)
{
    return *path == '/' ? memory_string(path) : memory_printf("%s/%s", plan->folder, path);
}

/* The path when there is such a file, else NULL; takes it. */
static char *if_there(char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
        return path;
    free(path);
    return NULL;
}

char *plan_result_path(const struct plan *plan, uint32_t run)
{
    static const char *const suffixes[] = {".wall.pstat", ".funcs.wall.csv"};
    const char *trace = document_text(plan->runs[run].result, "trace");
    char *path = *trace ? if_there(plan_path(plan, trace)) : NULL;
    for (size_t i = 0; !path && i < sizeof suffixes / sizeof *suffixes; i++) {
        char *name =
            memory_printf("%s/%s%s", plan_output_folder(plan), plan->runs[run].id, suffixes[i]);
        path = if_there(plan_path(plan, name));
        free(name);
    }
    return path;
}

struct plan_result plan_result(const struct plan *plan, uint32_t run)
{
    const cJSON *result = plan->runs[run].result;
    const cJSON *git = cJSON_GetObjectItemCaseSensitive(result, "git");
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(result, "summary");
    return (struct plan_result){
        .trace = document_text(result, "trace"),
        .log = document_text(result, "log"),
        .started = document_text(result, "started"),
        .stopped = document_text(result, "stopped"),
        .host = document_text(result, "host"),
        .revision = document_text(git, "revision"),
        .error = document_text(result, "error"),
        .dirty = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(git, "dirty")),
        .seconds = document_number(result, "seconds"),
        .exit = document_number(result, "exit"),
        .signal = document_number(result, "signal"),
        .size = document_number(result, "size"),
        .functions = document_number(summary, "functions"),
        .calls = document_number(summary, "calls"),
        .total_seconds = document_number(summary, "seconds"),
    };
}

double plan_run_elapsed(const struct plan *plan, uint32_t run)
{
    time_t since;
    const cJSON *owner = cJSON_GetObjectItemCaseSensitive(plan->runs[run].entry, "owner");
    if (plan->runs[run].status != PLAN_RUNNING ||
        !date_time_parse(document_text(owner, "since"), &since))
        return NAN;
    double seconds = difftime(time(NULL), since);
    return seconds > 0 ? seconds : 0;
}
