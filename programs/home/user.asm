; user.asm: where a static executable without a C library begins, and its system
; calls: System V ABI for AMD64, 3.4.1 for the stack at entry, A.2.1 for calls.
; Used by programs/home/user.c alone.

	section .text

	global _start
	extern user_start

; At entry rsp points at argc, then argv, NULL, the environment, NULL.
_start:
	xor	ebp, ebp
	mov	rdi, rsp
	and	rsp, -16
	call	user_start
	mov	edi, eax
	mov	eax, 231		; exit_group
	syscall
	hlt

; long linux_call(long number, long a, long b, long c, long d, long e, long f)
	global linux_call
linux_call:
	mov	rax, rdi
	mov	rdi, rsi
	mov	rsi, rdx
	mov	rdx, rcx
	mov	r10, r8
	mov	r8, r9
	mov	r9, [rsp + 8]
	syscall
	ret

	section .note.GNU-stack noalloc noexec nowrite progbits
