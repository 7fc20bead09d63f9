; descriptors.asm: loading a GDT. The segment registers keep what they were loaded with
; until they are loaded anew, and CS only by a far jump or return, which C cannot say.
; Called once on each CPU, with interrupts off.

KERNEL_CODE     equ 0x08
KERNEL_DATA     equ 0x10

section .text
; stack: gdt_load takes 24 bytes
; void gdt_load(const struct table_pointer *pointer)
global gdt_load
gdt_load:
        lgdt [rdi]
        mov eax, KERNEL_DATA
        mov ds, eax
        mov es, eax
        mov ss, eax
        xor eax, eax
        mov fs, eax
        mov gs, eax
        pop rax
        push KERNEL_CODE
        push rax
        retfq
