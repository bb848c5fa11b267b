/*
 * switch_stack(first, second, third, evaluator, stack): evaluator(first, second,
 * third) on another stack. The frame pointer stays behind on the old one, so that
 * unwinding leads there.
 */
#if defined(__x86_64__)

    .text
    .globl switch_stack
    .hidden switch_stack
    .type switch_stack, @function
switch_stack:
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    mov %r8, %rsp
    call *%rcx
    leave
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size switch_stack, .-switch_stack

#elif defined(__aarch64__)

    .text
    .globl switch_stack
    .hidden switch_stack
    .type switch_stack, %function
switch_stack:
    .cfi_startproc
    stp x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    mov x29, sp
    .cfi_def_cfa_register x29
    mov sp, x4
    blr x3
    mov sp, x29
    .cfi_def_cfa_register sp
    ldp x29, x30, [sp], #16
    .cfi_restore x29
    .cfi_restore x30
    .cfi_def_cfa_offset 0
    ret
    .cfi_endproc
    .size switch_stack, .-switch_stack

#else

    .text
    .globl switch_stack
    .hidden switch_stack
switch_stack: /* never called: segments_limit() knows no limit here */

#endif
    .section .note.GNU-stack,"",%progbits
