#include "capture/launcher/elf_file.h"

#include <fcntl.h>
#include <gelf.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#else
#define OWN_MACHINE EM_NONE
#endif

static bool is_hook(const char *name)
{
    static const char *const hooks[] = {"__cyg_profile_func_enter", "mcount", "_mcount",
                                        "__fentry__", "__mcount"};
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++)
        if (strcmp(name, hooks[i]) == 0)
            return true;
    return false;
}

static bool has_interpreter(Elf *elf)
{
    size_t count = 0;
    elf_getphdrnum(elf, &count);
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf, (int)i, &segment) && segment.p_type == PT_INTERP)
            return true;
    }
    return false;
}

static bool section_needs_hook(Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    for (size_t i = 1; i < count; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol) || symbol.st_shndx != SHN_UNDEF)
            continue;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (name && is_hook(name))
            return true;
    }
    return false;
}

static bool needs_hook(Elf *elf)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNSYM &&
            section_needs_hook(elf, section, &header))
            return true;
    }
    return false;
}

static struct elf_file inspect(Elf *elf)
{
    struct elf_file file = {0};
    GElf_Ehdr header;
    if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
        return file;
    file.is_elf = true;
    file.foreign = header.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) ||
                   (OWN_MACHINE != EM_NONE && header.e_machine != OWN_MACHINE);
    file.dynamic = has_interpreter(elf);
    file.instrumented = needs_hook(elf);
    return file;
}

struct elf_file elf_file_inspect(const char *path)
{
    struct elf_file file = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return file;
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (elf) {
        file = inspect(elf);
        elf_end(elf);
    }
    close(fd);
    return file;
}
