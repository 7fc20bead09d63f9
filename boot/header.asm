; header.asm: what loaders look for in the image: the multiboot2 header (Multiboot2
; Specification 2.0, section 3.1) within the first 32 KiB of the file, and the PVH note
; (Xen: docs/misc/pvh.pandoc) with the physical address of its entry.

%include "boot/layout.inc"

extern boot_pvh

MULTIBOOT2_MAGIC    equ 0xe85250d6
ARCHITECTURE_I386   equ 0
TAG_END             equ 0
TAG_FRAMEBUFFER     equ 5
TAG_MODULE_ALIGN    equ 6
TAG_RELOCATABLE     equ 10
OPTIONAL            equ 1
PREFER_NOTHING      equ 0
LOAD_ADDRESS        equ 1 << 20

section .boot.header progbits alloc noexec nowrite align=8
header:
        dd MULTIBOOT2_MAGIC, ARCHITECTURE_I386, header_end - header
        dd -(MULTIBOOT2_MAGIC + ARCHITECTURE_I386 + (header_end - header)) & 0xffffffff

        align 8, db 0
        dw TAG_FRAMEBUFFER, OPTIONAL
        dd 20
        ; A wish: gfxpayload, set after it in grub.cfg, overrules it.
        dd 1024, 768, 32

        align 8, db 0
        dw TAG_MODULE_ALIGN, 0
        dd 8

%ifdef PACKED
extern packed_end
        ; Not to be moved, but to be given all of its place, the gap too, as one piece.
        align 8, db 0
        dw TAG_RELOCATABLE, OPTIONAL
        dd 24
        dd LOAD_ADDRESS, packed_end, 1, PREFER_NOTHING
%endif

        align 8, db 0
        dw TAG_END, 0
        dd 8
header_end:

XEN_ELFNOTE_PHYS32_ENTRY equ 18

section .note.Xen note alloc noexec nowrite align=4
        dd 4, 8, XEN_ELFNOTE_PHYS32_ENTRY
        db "Xen", 0
        dd PHYS(boot_pvh), 0
