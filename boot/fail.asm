; fail.asm: the end of a boot that cannot work, while the processor is in 32-bit mode:
; one line on COM1 and, where there is VGA text memory, on the screen; then the processor
; halts. Needs nothing but the CPU; a serial port that is not there costs a bounded
; number of polls for each byte. What fails later calls kernel/x86/early.c's boot_fail.

%include "boot/layout.inc"

COM1            equ 0x3f8
LINE_STATUS     equ 5
THR_EMPTY       equ 0x20
POLLS           equ 100000
SCREEN          equ 0xb8000
SCREEN_COLUMNS  equ 80
WHITE_ON_RED    equ 0x4f

; Writes value to a register of COM1. Changes AL and DX.
%macro uart 2
        mov dx, COM1 + %1
        mov al, %2
        out dx, al
%endmacro

; Sends AL when the transmitter is free or the polls are used up. Changes AH, ECX, DX.
%macro send 0
        mov ah, al
        mov ecx, POLLS
        mov dx, COM1 + LINE_STATUS
%%poll: in al, dx
        test al, THR_EMPTY
        jnz %%free
        dec ecx
        jnz %%poll
%%free: mov al, ah
        mov dx, COM1
        out dx, al
%endmacro

section .boot.text progbits alloc exec nowrite align=16
bits 32

; ESI: the message's physical address. Paging is off.
global boot_fail_32
boot_fail_32:
        mov edi, SCREEN
        uart 1, 0               ; no interrupts
        uart 3, 0x80            ; divisor latch: 115200 bit/s
        uart 0, 1
        uart 1, 0
        uart 3, 3               ; 8 bits, no parity
        uart 2, 7               ; FIFOs
        mov ebx, SCREEN_COLUMNS
.next:  mov al, [esi]
        test al, al
        jz .rest
        inc esi
        test ebx, ebx
        jz .send
        mov ah, WHITE_ON_RED
        mov [edi], ax
        add edi, 2
        dec ebx
.send:  send
        jmp .next
.rest:  test ebx, ebx
        jz .end
        mov word [edi], WHITE_ON_RED << 8 | ' '
        add edi, 2
        dec ebx
        jmp .rest
.end:   mov al, 13
        send
        mov al, 10
        send
.halt:  cli
        hlt
        jmp .halt
