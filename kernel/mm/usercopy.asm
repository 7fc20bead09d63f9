; usercopy.asm: the loops that touch user memory. Each returns 0, or what is said, or
; -EFAULT: an instruction that may fault has an entry in .extable, a pair of its address
; and of where usercopy_fixup lets it go on. Registers by the System V ABI; the last
; argument says whether the processor guards user memory (SMAP), so that stac opens it.

	section .text

EFAULT equ 14
ENAMETOOLONG equ 36

%macro user_open 1		; %1: the register with the SMAP argument
	test	%1, %1
	jz	%%none
	stac
%%none:
%endmacro

%macro user_close 1
	test	%1, %1
	jz	%%none
	clac
%%none:
%endmacro

%macro may_fault 2		; %1: the instruction's label, %2: its error exit
	section .extable
	dq	%1, %2
	section .text
%endmacro

; stack: usercopy_copy takes 8 bytes
; stack: usercopy_zero takes 8 bytes
; stack: usercopy_string takes 8 bytes

; int usercopy_copy(void *to, const void *from, size_t size, bool smap)
	global usercopy_copy
usercopy_copy:
	movzx	r8d, cl
	user_open r8d
	mov	rcx, rdx
	and	edx, 7
	shr	rcx, 3
.words:	rep movsq
	mov	ecx, edx
.bytes:	rep movsb
	xor	eax, eax
	user_close r8d
	ret
.fault:	mov	eax, -EFAULT
	user_close r8d
	ret
	may_fault .words, .fault
	may_fault .bytes, .fault

; int usercopy_zero(void *to, size_t size, bool smap)
	global usercopy_zero
usercopy_zero:
	movzx	r8d, dl
	user_open r8d
	mov	rcx, rsi
	mov	edx, esi
	and	edx, 7
	shr	rcx, 3
	xor	eax, eax
.words:	rep stosq
	mov	ecx, edx
.bytes:	rep stosb
	user_close r8d
	ret
.fault:	mov	eax, -EFAULT
	user_close r8d
	ret
	may_fault .words, .fault
	may_fault .bytes, .fault

; ssize_t usercopy_string(char *to, const char *from, size_t size, bool smap): the length
; without NUL, -ENAMETOOLONG where there is none within size bytes.
	global usercopy_string
usercopy_string:
	movzx	r8d, cl
	user_open r8d
	xor	ecx, ecx
.next:	cmp	rcx, rdx
	jae	.long
.byte:	mov	al, [rsi]
	mov	[rdi], al
	inc	rsi
	inc	rdi
	test	al, al
	jz	.end
	inc	rcx
	jmp	.next
.end:	mov	rax, rcx
	user_close r8d
	ret
.long:	mov	rax, -ENAMETOOLONG
	user_close r8d
	ret
.fault:	mov	rax, -EFAULT
	user_close r8d
	ret
	may_fault .byte, .fault

	section .note.GNU-stack noalloc noexec nowrite progbits
