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
#define SAVED   80 /* nine registers; keeps the stack aligned */

    .macro save_registers
    sub $SAVED, %rsp
    .cfi_adjust_cfa_offset SAVED
    mov %rax, 0(%rsp)
    mov %rcx, 8(%rsp)
    mov %rdx, 16(%rsp)
    mov %rsi, 24(%rsp)
    mov %rdi, 32(%rsp)
    mov %r8, 40(%rsp)
    mov %r9, 48(%rsp)
    mov %r10, 56(%rsp)
    mov %r11, 64(%rsp)
    .endm

    .macro restore_registers
    mov 0(%rsp), %rax
    mov 8(%rsp), %rcx
    mov 16(%rsp), %rdx
    mov 24(%rsp), %rsi
    mov 32(%rsp), %rdi
    mov 40(%rsp), %r8
    mov 48(%rsp), %r9
    mov 56(%rsp), %r10
    mov 64(%rsp), %r11
    add $SAVED, %rsp
    .cfi_adjust_cfa_offset -SAVED
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
    mov SAVED(%rsp), %rsi
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
    lea SAVED+8(%rsp), %rdi
    mov SAVED(%rsp), %rsi
    cmpw $POP_R10, (%rsi)       /* GCC saves a nested function's static chain around the call */
    je 3f
2:  call hook_enter_return
    restore_registers
    ret
    .cfi_adjust_cfa_offset SAVED
3:  lea SAVED+16(%rsp), %rdi
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

    /* calibrate.c measures these: nothing but the hooks. */
    .globl calibrate_mcount, calibrate_fentry
    .hidden calibrate_mcount, calibrate_fentry
    .type calibrate_mcount, @function
    .type calibrate_fentry, @function
calibrate_mcount:
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    mov %rsp, %rbp
    call mcount@PLT
    pop %rbp
    .cfi_def_cfa_offset 8
    ret
    .cfi_endproc
    .size calibrate_mcount, .-calibrate_mcount
calibrate_fentry:
    .cfi_startproc
    call __fentry__@PLT
    ret
    .cfi_endproc
    .size calibrate_fentry, .-calibrate_fentry

#endif
    .section .note.GNU-stack,"",@progbits
