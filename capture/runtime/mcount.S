/*
 * -pg: functions call mcount (frame pointer set up) or __fentry__ (very first
 * instruction) before their arguments are used, so every register is in use.
 * hook_enter_return() replaces the function's return address by
 * return_trampoline, which asks hook_leave_return() for the real one.
 *
 * The trampoline ends in a jump, not a return: the processor's return stack has
 * already been popped by the function's own return, so that the callers' entries
 * stay in step and only one return a call is mispredicted.
 */
#if defined(__x86_64__)

#define POP_R10 0x5a41

    /* hook_enter_return() keeps all registers but those of its arguments. */
    .macro save_registers
    push %rsi
    .cfi_adjust_cfa_offset 8
    push %rdi
    .cfi_adjust_cfa_offset 8
    .endm

    .macro restore_registers
    pop %rdi
    .cfi_adjust_cfa_offset -8
    pop %rsi
    .cfi_adjust_cfa_offset -8
    .endm

    /* With no session libc's own function goes on: gprof works as it does without us. */
    .macro pass_on next
    cmpq $0, \next(%rip)
    je 1f
    jmp *\next(%rip)
1:
    .endm

    .text
    .globl mcount, _mcount
    .type mcount, @function
    .type _mcount, @function
    .p2align 5
mcount:
_mcount:
    .cfi_startproc
    pass_on mcount_next
    save_registers
    lea 8(%rbp), %rdi
    mov 16(%rsp), %rsi
    call hook_enter_return
    restore_registers
    ret
    .cfi_endproc
    .size mcount, .-mcount
    .size _mcount, .-_mcount

    .globl __fentry__
    .type __fentry__, @function
    .p2align 5
__fentry__:
    .cfi_startproc
    pass_on fentry_next
    save_registers
    lea 24(%rsp), %rdi
    mov 16(%rsp), %rsi
    cmpw $POP_R10, (%rsi)       /* GCC saves a nested function's static chain around the call */
    je 3f
2:  call hook_enter_return
    restore_registers
    ret
    .cfi_adjust_cfa_offset 16
3:  lea 32(%rsp), %rdi
    jmp 2b
    .cfi_endproc
    .size __fentry__, .-__fentry__

    /*
     * To an unwinder that meets it as a return address this is a frame of no size
     * whose return address lies where the replaced one did. The personality puts
     * the real one back there before it is read (unwind.c). Unwinders look up the
     * address before the one returned to: hence the nop.
     */
    .globl return_trampoline
    .hidden return_trampoline
    .type return_trampoline, @function
    .p2align 5
    .cfi_startproc
    .cfi_personality 0x1b, trampoline_personality
    .cfi_def_cfa %rsp, 0
    nop
return_trampoline:
    sub $32, %rsp
    .cfi_adjust_cfa_offset 32
    mov %rax, 0(%rsp)
    mov %rdx, 8(%rsp)
    lea 24(%rsp), %rdi
    call hook_leave_return
    mov %rax, %r11
    mov 0(%rsp), %rax
    mov 8(%rsp), %rdx
    add $32, %rsp
    .cfi_adjust_cfa_offset -32
    jmp *%r11
    .cfi_endproc
    .size return_trampoline, .-return_trampoline

    /* calibrate.c measures this: a function as -pg makes it, which calls its argument. */
    .globl calibrate_mcount
    .hidden calibrate_mcount
    .type calibrate_mcount, @function
calibrate_mcount:
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    mov %rsp, %rbp
    call mcount@PLT
    call *%rdi
    pop %rbp
    .cfi_def_cfa_offset 8
    ret
    .cfi_endproc
    .size calibrate_mcount, .-calibrate_mcount

#endif
    .section .note.GNU-stack,"",@progbits
