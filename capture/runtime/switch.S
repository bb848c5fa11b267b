/*
 * outside_switch(rdi thread, rsi data, rdx run, rcx stack, r8 state)
 *
 * XSAVE's standard format has fixed places up to AVX-512 (2688 bytes); what lies
 * beyond (AMX, protection keys) is not touched by libc. Processors without
 * XSAVE have the SSE registers only.
 */
#if defined(__x86_64__)

#define COMPONENTS 0xe7 /* x87, SSE, AVX, the three parts of AVX-512 */
#define ASKED      1
#define OSXSAVE    (1 << 27)
#define HEADER     512  /* 64 bytes that XSAVE leaves partly unwritten and XRSTOR wants zero */

    .text
    .globl outside_switch
    .hidden outside_switch
    .type outside_switch, @function
outside_switch:
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    push %rbx
    push %r12
    .cfi_offset %rbx, -24
    .cfi_offset %r12, -32
    mov %rdx, %r9
    mov %rcx, %r10
    mov %r8, %rbx

    mov processor(%rip), %r12d
    test %r12d, %r12d
    jnz 5f
    mov $1, %eax
    xor %ecx, %ecx
    mov %rbx, %r11
    cpuid                       /* clobbers rbx */
    mov %r11, %rbx
    mov %ecx, %r12d
    and $OSXSAVE, %r12d
    or $ASKED, %r12d
    mov %r12d, processor(%rip)
5:  test $OSXSAVE, %r12d
    jz 1f
    xor %eax, %eax
    mov %rax, HEADER(%rbx)
    mov %rax, HEADER+8(%rbx)
    mov %rax, HEADER+16(%rbx)
    mov %rax, HEADER+24(%rbx)
    mov %rax, HEADER+32(%rbx)
    mov %rax, HEADER+40(%rbx)
    mov %rax, HEADER+48(%rbx)
    mov %rax, HEADER+56(%rbx)
    mov $COMPONENTS, %eax
    xor %edx, %edx
    xsave64 (%rbx)
    jmp 2f
1:  fxsave64 (%rbx)
2:
    mov %r10, %rsp
    call *%r9
    mov %rax, %r10

    test $OSXSAVE, %r12d
    jz 3f
    mov $COMPONENTS, %eax
    xor %edx, %edx
    xrstor64 (%rbx)
    jmp 4f
3:  fxrstor64 (%rbx)
4:
    mov %r10, %rax
    lea -16(%rbp), %rsp
    pop %r12
    pop %rbx
    pop %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size outside_switch, .-outside_switch

    /* What cpuid says, kept: a virtual machine leaves it to its host, which takes microseconds. */
    .bss
    .p2align 2
    .type processor, @object
    .size processor, 4
processor:
    .zero 4

#endif
    .section .note.GNU-stack,"",@progbits
