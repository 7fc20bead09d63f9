; empty.asm: the smallest kernel that boots as Octavo does (PVH note, multiboot2
; header) and says so on the serial port. It does nothing else: what starting it
; costs is what QEMU and GRUB cost, and the boot tests try their harness on it.
; Afterwards it ends QEMU with status 33 through isa-debug-exit, or halts.

COM1 equ 0x3f8
COM1_LINE_STATUS equ COM1 + 5
TRANSMITTER_EMPTY equ 0x20
DEBUG_EXIT equ 0xf4
DEBUG_EXIT_SUCCESS equ 16	; QEMU's status is twice this plus one: 33

MULTIBOOT2_MAGIC equ 0xe85250d6
XEN_ELFNOTE_PHYS32_ENTRY equ 18

section .multiboot2 alloc noexec nowrite align=8
header:
	dd MULTIBOOT2_MAGIC, 0, header_end - header
	dd 0x100000000 - (MULTIBOOT2_MAGIC + (header_end - header))
	dw 0, 0
	dd 8			; the end tag
header_end:

section .note.pvh note alloc noexec nowrite align=4
	dd name_end - name, 4, XEN_ELFNOTE_PHYS32_ENTRY
name:	db "Xen", 0
name_end:
	dd start

bits 32
section .text
global start
start:
	mov esi, line
.next:	mov dx, COM1_LINE_STATUS
.wait:	in al, dx
	test al, TRANSMITTER_EMPTY
	jz .wait
	lodsb
	test al, al
	jz .done
	mov dx, COM1
	out dx, al
	jmp .next
.done:	mov dx, DEBUG_EXIT
	mov al, DEBUG_EXIT_SUCCESS
	out dx, al
.halt:	cli
	hlt
	jmp .halt

section .rodata
line:	db "empty kernel: up", 13, 10, 0
