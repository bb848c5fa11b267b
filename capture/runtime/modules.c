#include "capture/runtime/modules.h"
#include "capture/channel/blocks.h"
#include "capture/channel/target.h"
#include "capture/runtime/module_list.h"

#include <dlfcn.h>
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUILD_ID_MAX 64u
#define PAGE         4096u

__attribute__((visibility("default"))) int dlclose(void *handle);

static struct {
    pthread_mutex_t lock;              /* held outside only: with signals blocked */
    unsigned long long added, removed; /* the dynamic linker's counts at the last look */
} loaded = {PTHREAD_MUTEX_INITIALIZER, 0, 0};

static struct module module_of(const struct dl_phdr_info *info)
{
    struct module module = {.low = UINTPTR_MAX, .bias = info->dlpi_addr, .name = 5381};
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD)
            continue;
        uintptr_t low = info->dlpi_addr + segment->p_vaddr;
        if (low < module.low)
            module.low = low;
        if (low + segment->p_memsz > module.high)
            module.high = low + segment->p_memsz;
    }
    for (const char *at = info->dlpi_name; *at; at++)
        module.name = module.name * 33 + (unsigned char)*at;
    return module;
}

static void write_hex(char *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

/* The build id out of one note segment, in hex. */
static bool find_build_id(const char *at, size_t size, char *out)
{
    ElfW(Nhdr) note;
    while (size >= sizeof note) {
        memcpy(&note, at, sizeof note);
        size_t name = (note.n_namesz + 3u) & ~(size_t)3, text = (note.n_descsz + 3u) & ~(size_t)3;
        if (name + text > size - sizeof note)
            return false;
        const char *bytes = at + sizeof note;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && !memcmp(bytes, "GNU", 4) &&
            note.n_descsz <= BUILD_ID_MAX) {
            write_hex(out, (const unsigned char *)bytes + name, note.n_descsz);
            return true;
        }
        at = bytes + name + text;
        size -= sizeof note + name + text;
    }
    return false;
}

static void build_id_of(const struct dl_phdr_info *info, char *out)
{
    out[0] = '\0';
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        const char *at = (const char *)(info->dlpi_addr + segment->p_vaddr);
        if (segment->p_type == PT_NOTE && find_build_id(at, segment->p_memsz, out))
            return;
    }
}

/* The program itself has no name in the dynamic linker's list. */
static void path_of(const struct dl_phdr_info *info, char path[PATH_MAX])
{
    path[0] = '\0';
    if (!info->dlpi_name[0]) {
        ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
        path[size > 0 ? size : 0] = '\0';
    } else if (!strchr(info->dlpi_name, '/') || !realpath(info->dlpi_name, path)) {
        size_t size = strnlen(info->dlpi_name, PATH_MAX - 1);
        memcpy(path, info->dlpi_name, size);
        path[size] = '\0';
    }
}

static int define_loaded(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    struct module module = module_of(info);
    if (module.low >= module.high || module_list_meet(&module))
        return 0;
    char path[PATH_MAX], build_id[2 * BUILD_ID_MAX + 1];
    path_of(info, path);
    build_id_of(info, build_id);
    define_module(module.low, module.high, info->dlpi_addr, path, build_id);
    module_list_add(&module);
    return 0;
}

static int read_counts(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    struct dl_phdr_info *counts = data;
    *counts = *info;
    return 1;
}

/* With the lock. True when something was loaded or unloaded since the last time. */
static bool look_again(void)
{
    struct dl_phdr_info counts;
    memset(&counts, 0, sizeof counts);
    dl_iterate_phdr(read_counts, &counts);
    if (counts.dlpi_adds == loaded.added && counts.dlpi_subs == loaded.removed)
        return false;
    loaded.added = counts.dlpi_adds;
    loaded.removed = counts.dlpi_subs;
    module_list_forget_met();
    dl_iterate_phdr(define_loaded, NULL);
    module_list_drop_unmet(define_module_gone);
    return true;
}

void modules_begin(void)
{
    pthread_mutex_lock(&loaded.lock);
    look_again();
    pthread_mutex_unlock(&loaded.lock);
}

void modules_refresh(void)
{
    modules_begin();
}

void modules_forked(void)
{
    pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    loaded.lock = fresh;
}

void modules_know(struct thread *thread, uintptr_t function)
{
    if (modules_find(thread, function))
        return;
    modules_refresh();
    if (modules_find(thread, function))
        return;
    /* Code that no file holds: its page is not asked about again until other code has run. */
    thread->module_low = function & ~(uintptr_t)(PAGE - 1);
    thread->module_size = PAGE;
}

/* The question's number and one, which is that of all threads; 0: there is no such module. */
static uint32_t ask(uintptr_t function)
{
    struct module *module = module_list_at(function);
    if (!module || module->question)
        return module ? module->question : 0;
    struct channel_header *channel = target.channel;
    uint32_t number = atomic_fetch_add(&channel->questions, 1);
    /* One that nobody answers means that all is recorded. */
    bool asked = number < atomic_load(&channel->answerable) && define_question(module->low, number);
    module->question = asked ? number + 1 : QUESTION_NOBODYS;
    return module->question;
}

/* False: there is nobody to answer. What memory is left for events is used all the same. */
static bool wait_for_answer(uint32_t number)
{
    struct channel_header *channel = target.channel;
    unsigned silent = 0;
    while (!atomic_load(&channel->closed)) {
        uint32_t beat = atomic_load(&channel->beat);
        if (atomic_load(channel_offset(session_answers(), number)))
            return true;
        if (!block_wait(beat, &silent))
            return false;
    }
    return true;
}

void modules_ask(uintptr_t function)
{
    pthread_mutex_lock(&loaded.lock);
    uint32_t question = ask(function);
    pthread_mutex_unlock(&loaded.lock);
    if (!question || question == QUESTION_NOBODYS || wait_for_answer(question - 1))
        return;
    pthread_mutex_lock(&loaded.lock);
    struct module *module = module_list_at(function);
    if (module)
        module->question = QUESTION_NOBODYS;
    pthread_mutex_unlock(&loaded.lock);
}

static uintptr_t refresh(struct thread *thread, const void *unused)
{
    (void)unused;
    modules_refresh();
    thread->module_size = 0;
    return 0;
}

int dlclose(void *handle)
{
    static int (*_Atomic next)(void *);
    if (!next)
        next = (int (*)(void *))dlsym(RTLD_NEXT, "dlclose");
    int result = next(handle);
    if (target_attached()) {
        struct thread *thread = thread_self ? thread_self : thread_begin(HOOK_CALLS);
        if (thread != &thread_off)
            outside(thread, refresh, NULL);
    }
    return result;
}
