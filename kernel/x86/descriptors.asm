; descriptors.asm: loading a GDT needs a far return, which C cannot say.

KERNEL_CODE     equ 0x08
KERNEL_DATA     equ 0x10

section .text
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
