; switch.asm: from one stack to another.
;
; A stack that is not running holds, from its saved pointer up: r15 r14 r13 r12 rbp rbx
; and the return address. switch.c builds the same for a new one.

section .text
; stack: switch_stack takes 56 bytes
; void switch_stack(uint64_t *save, uint64_t load)
global switch_stack
switch_stack:
        push rbx
        push rbp
        push r12
        push r13
        push r14
        push r15
        mov [rdi], rsp
        mov rsp, rsi
        pop r15
        pop r14
        pop r13
        pop r12
        pop rbp
        pop rbx
        ret

; void call_on_stack(void (*function)(void *), void *argument, void *stack_top)
; stack: call_on_stack takes 16 bytes
; The chain of frame pointers goes on from one stack to the other.
global call_on_stack
call_on_stack:
        push rbp
        mov rbp, rsp
        mov rsp, rdx
        mov rax, rdi
        mov rdi, rsi
        call rax
        leave
        ret

; The first return of a new stack: entry in r12, argument in r13, rbp 0.
global switch_start
switch_start:
        mov rdi, r13
        call r12
        ud2
