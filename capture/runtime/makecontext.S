/*
 * makecontext(): notes where the stack lies, then goes on to libc's. In assembler because it has
 * any number of arguments.
 */
#if defined(__x86_64__)

    .macro save register
    push \register
    .cfi_adjust_cfa_offset 8
    .endm

    .macro restore register
    pop \register
    .cfi_adjust_cfa_offset -8
    .endm

    .text
    .globl makecontext
    .type makecontext, @function
    .p2align 4
makecontext:
    .cfi_startproc
    save %rdi
    save %rsi
    save %rdx
    save %rcx
    save %r8
    save %r9
    save %rax
    call made_stacks_note
    restore %rax
    restore %r9
    restore %r8
    restore %rcx
    restore %rdx
    restore %rsi
    restore %rdi
    jmp *made_stacks_next(%rip)
    .cfi_endproc
    .size makecontext, .-makecontext

#endif
    .section .note.GNU-stack,"",@progbits
