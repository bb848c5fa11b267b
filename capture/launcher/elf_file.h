/* What an ELF executable says of itself, as far as the recorder has to know. */
#ifndef NCPROF_CAPTURE_LAUNCHER_ELF_FILE_H
#define NCPROF_CAPTURE_LAUNCHER_ELF_FILE_H

#include <stdbool.h>

struct elf_file {
    bool is_elf;
    bool foreign;      /* another word size or processor than this program's */
    bool dynamic;      /* has a dynamic linker, so LD_PRELOAD works */
    bool instrumented; /* calls __cyg_profile_func_enter, mcount or __fentry__ */
};

/* An unreadable file is none. */
struct elf_file elf_file_inspect(const char *path);

#endif
