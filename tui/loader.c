#include "tui/loader.h"

#include "formats/format.h"
#include "formats/input.h"
#include "formats/profile/memory.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct loader {
    pthread_t thread;
    pthread_mutex_t mutex; /* over input, finished, abandoned */
    struct input *input;
    bool finished, abandoned;
    int pipe[2];
    char *path;
    struct opening how;
    const struct profile_part *part;
    struct profile *profile;
    struct error error;
    int result;
};

static void set_input(struct loader *loader, struct input *input)
{
    pthread_mutex_lock(&loader->mutex);
    loader->input = input;
    pthread_mutex_unlock(&loader->mutex);
}

static void free_loader(struct loader *loader)
{
    close(loader->pipe[0]);
    close(loader->pipe[1]);
    pthread_mutex_destroy(&loader->mutex);
    preview_free(loader->how.preview);
    free(loader->path);
    free(loader);
}

static void load(struct loader *loader)
{
    struct input *input = NULL;
    loader->result = input_open(&input, loader->path, &loader->error);
    if (loader->result)
        return;
    set_input(loader, input);
    loader->result =
        profile_load_input(&loader->profile, input, &loader->how, loader->part, &loader->error);
    set_input(loader, NULL);
    input_close(input);
}

static void *run(void *opaque)
{
    struct loader *loader = opaque;
    load(loader);
    pthread_mutex_lock(&loader->mutex);
    loader->finished = true;
    bool abandoned = loader->abandoned;
    ssize_t written = write(loader->pipe[1], "", 1);
    (void)written;
    pthread_mutex_unlock(&loader->mutex);
    if (abandoned) {
        if (!loader->result)
            profile_free(loader->profile);
        free_loader(loader);
    }
    return NULL;
}

struct loader *loader_start(const char *path, const struct opening *how,
                            const struct profile_part *part)
{
    struct loader *loader = memory_zeroed(1, sizeof *loader);
    if (pipe2(loader->pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        free(loader);
        return NULL;
    }
    pthread_mutex_init(&loader->mutex, NULL);
    loader->path = memory_string(path);
    loader->how = how ? *how : (struct opening){0};
    loader->how.preview = preview_new();
    loader->part = part;
    if (pthread_create(&loader->thread, NULL, run, loader) != 0) {
        free_loader(loader);
        return NULL;
    }
    return loader;
}

int loader_wake(const struct loader *loader)
{
    return loader->pipe[0];
}

double loader_progress(struct loader *loader)
{
    pthread_mutex_lock(&loader->mutex);
    double progress = loader->input ? input_progress(loader->input) : -1;
    pthread_mutex_unlock(&loader->mutex);
    return progress;
}

const struct preview_look *loader_look(struct loader *loader)
{
    return preview_look(loader->how.preview);
}

int loader_take(struct loader *loader, struct profile **out, struct error *err)
{
    pthread_join(loader->thread, NULL);
    int result = loader->result;
    if (result)
        *err = loader->error;
    else
        *out = loader->profile;
    free_loader(loader);
    return result;
}

void loader_abandon(struct loader *loader)
{
    if (!loader)
        return;
    pthread_detach(loader->thread);
    pthread_mutex_lock(&loader->mutex);
    loader->abandoned = true;
    bool finished = loader->finished;
    pthread_mutex_unlock(&loader->mutex);
    if (!finished)
        return; /* it frees itself */
    if (!loader->result)
        profile_free(loader->profile);
    free_loader(loader);
}
