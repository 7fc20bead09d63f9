; entry.asm: from a vector to trap_dispatch(frame), and back.
;
; stack: trap_entries takes 208 bytes, then calls trap_dispatch
;
; A vector's entry is 4 bytes: it pushes its number and jumps. What arrives without an
; error code gets a zero in its place, so that every frame is a struct trap_frame.
; GS is swapged only when the trap came from user mode, which the saved CS tells. NMI,
; double fault and machine check may strike while GS is still the user's though CS is
; the kernel's, so they ask the register itself.

KERNEL_SELECTOR_RPL equ 3
MSR_GS_BASE     equ 0xc0000101

; struct trap_frame
FRAME_RBP       equ 10 * 8
FRAME_VECTOR    equ 15 * 8
FRAME_RIP       equ 17 * 8
FRAME_CS        equ 18 * 8
FRAME_SKIP      equ 2 * 8               ; vector and error

VECTOR_NMI      equ 2
VECTOR_DOUBLE_FAULT equ 8
VECTOR_MACHINE_CHECK equ 18

extern trap_dispatch

section .text

; The vectors whose exceptions push an error code (Intel SDM 3A, table 6-1).
%define has_error(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || \
        (v) == 29 || (v) == 30)

; Entries stand in blocks of 32, each followed by the long jumps that its short ones
; reach: the size of a block is TRAP_BLOCK_SIZE of internal.h. The jump for NMI is the
; second, since it is the farthest that its early entry reaches.
        align 16
global trap_entries
trap_entries:
%assign v 0
%rep 8
  %push block
  %rep 32
        push byte (v ^ 0x80) - 0x80     ; sign-extended; the low byte counts
    %if v == VECTOR_DOUBLE_FAULT
        jmp short %$paranoid
    %elif v == VECTOR_NMI || v == VECTOR_MACHINE_CHECK
        jmp short %$paranoid_no_error
    %elif has_error(v)
        jmp short %$common
    %else
        jmp short %$no_error
    %endif
    %assign v v + 1
  %endrep
%$no_error:
        jmp near trap_no_error
%$paranoid_no_error:
        jmp near trap_paranoid_no_error
%$common:
        jmp near trap_common
%$paranoid:
        jmp near trap_paranoid
  %pop
%endrep

%macro save_registers 0
        push rax
        push rbx
        push rcx
        push rdx
        push rbp
        push rsi
        push rdi
        push r8
        push r9
        push r10
        push r11
        push r12
        push r13
        push r14
        push r15
        cld
        movzx eax, byte [rsp + FRAME_VECTOR]
        mov [rsp + FRAME_VECTOR], rax
%endmacro

; Calls trap_dispatch; a made-up frame shows backtraces who was interrupted.
%macro dispatch 0
        mov rdi, rsp
        push qword [rsp + FRAME_RIP]
        push rbp
        mov rbp, rsp
        call trap_dispatch
        add rsp, 16
%endmacro

%macro restore_registers 0
        pop r15
        pop r14
        pop r13
        pop r12
        pop r11
        pop r10
        pop r9
        pop r8
        pop rdi
        pop rsi
        pop rbp
        pop rdx
        pop rcx
        pop rbx
        pop rax
%endmacro

; Puts a zero error code under the vector.
%macro add_error 0
        push qword [rsp]
        mov qword [rsp + 8], 0
%endmacro

        align 16
trap_no_error:
        add_error
trap_common:
        test byte [rsp + FRAME_CS - FRAME_VECTOR], KERNEL_SELECTOR_RPL
        jz .save
        swapgs
.save:  save_registers
        dispatch
        restore_registers
        test byte [rsp + FRAME_CS - FRAME_VECTOR], KERNEL_SELECTOR_RPL
        jz .leave
        swapgs
.leave: add rsp, FRAME_SKIP
        iretq

        align 16
trap_paranoid_no_error:
        add_error
trap_paranoid:
        save_registers
        mov ecx, MSR_GS_BASE
        rdmsr
        xor ebx, ebx
        test edx, edx                   ; the kernel's GS is in the upper half
        js .kernel
        swapgs
        inc ebx
.kernel:
        dispatch
        test ebx, ebx                   ; trap_dispatch preserves it
        jz .restore
        swapgs
.restore:
        restore_registers
        add rsp, FRAME_SKIP
        iretq
