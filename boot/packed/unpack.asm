; unpack.asm: the first instructions of the packed release image: they unpack the kernel
; to the place that it is linked for, and go on to it as the loader would have.
;
; The image has two parts (packed.ld): what loaders look for, at 1 MiB, and, behind the
; place of all that is unpacked, the packed bytes and this code. The two span the whole
; kernel, so that a loader puts nothing else there; it need not clear the gap between
; them, since the kernel clears its .bss itself (boot/entry.asm). scripts/pack.py makes
; the packed bytes, one block of LZ4 (its doc/lz4_Block_format.md), and the numbers.
;
; Runs as boot/entry.asm does: flat segments, no paging, interrupts off. The work is
; bounded: each step takes at least a byte of a payload whose checksum was right.

%include "pack.inc"

extern boot_fail_32, packed_end

PVH_MAGIC       equ 0x336ec578          ; boot/entry.asm knows it
EFLAGS_ID       equ 1 << 21
CPUID_TSC       equ 1 << 4              ; 1:EDX
LENGTH_MORE     equ 15
MATCH_LEAST     equ 4

section .payload progbits alloc noexec write align=16
payload:
        incbin "payload"
payload_end:
        align 4, db 0
PAYLOAD_WORDS   equ ($ - payload) / 4

section .build_id note alloc noexec nowrite align=4
        incbin "build-id"

section .boot.text progbits alloc exec nowrite align=16
bits 32

global boot_multiboot2, boot_pvh
boot_pvh:
        mov eax, PVH_MAGIC
boot_multiboot2:
        cli
        cld
        mov esp, stack_top
        push eax
        push ebx
        call read_tsc
        push edx
        push eax
        call check_place
        call check_payload
        call unpack
        pop dword [KERNEL_BOOT_TSC]
        pop dword [KERNEL_BOOT_TSC + 4]
        pop ebx
        pop eax
        mov ecx, KERNEL_ENTRY
        jmp ecx

; EDX:EAX = the time-stamp counter, or 0 where there is none: the kernel complains.
read_tsc:
        pushfd
        pop eax
        mov ecx, eax
        xor eax, EFLAGS_ID
        push eax
        popfd
        pushfd
        pop eax
        cmp eax, ecx
        je .none
        mov esi, ebx            ; CPUID takes it
        mov eax, 1
        cpuid
        mov ebx, esi
        test edx, CPUID_TSC
        jz .none
        rdtsc
        ret
.none:  xor eax, eax
        cdq
        ret

; The loader's information (EBX) must not lie where the kernel goes.
check_place:
        mov esi, misplaced
        cmp ebx, KERNEL_START
        jb .done
        cmp ebx, packed_end
        jb boot_fail_32
.done:  ret

; The sum of all words, and the sum of the sums, which sees what changed places.
check_payload:
        mov esi, payload
        mov ecx, PAYLOAD_WORDS
        xor eax, eax
        xor edx, edx
.word:  add eax, [esi]
        add edx, eax
        add esi, 4
        loop .word
        mov esi, damaged
        cmp eax, PAYLOAD_SUM
        jne boot_fail_32
        cmp edx, PAYLOAD_SUM_OF_SUMS
        jne boot_fail_32
        ret

; ECX: the length that begins with ECX. Changes EDX.
%macro length 0
        cmp ecx, LENGTH_MORE
        jne %%done
%%more: movzx edx, byte [esi]
        inc esi
        add ecx, edx
        cmp edx, 255
        je %%more
%%done:
%endmacro

; Copies ECX bytes (0 is as good as any) from %1 to EDI, 8 at a time: what is written too
; much is overwritten by what follows. EDI goes on by ECX. Changes EDX, EBP.
%macro copy 1
        xor ebp, ebp
%%next: mov edx, [%1 + ebp]
        mov [edi + ebp], edx
        mov edx, [%1 + ebp + 4]
        mov [edi + ebp + 4], edx
        add ebp, 8
        cmp ebp, ecx
        jb %%next
        add edi, ecx
%endmacro

; A step is a token (the two lengths, of 4 bits each, or more where they are 15), bytes to
; take as they are, and how far back the bytes to repeat are; the last step has no
; repetition. No calls: an emulator is slow to write where it has translated code.
unpack:
        mov esi, payload
        mov edi, KERNEL_START
.step:  movzx eax, byte [esi]
        inc esi
        mov ecx, eax
        shr ecx, 4
        jz .match
        length
        copy esi
        add esi, ecx
        cmp esi, payload_end
        jae .done
.match: movzx ebx, word [esi]
        add esi, 2
        mov ecx, eax
        and ecx, LENGTH_MORE
        length
        add ecx, MATCH_LEAST
        neg ebx
        add ebx, edi
        lea edx, [ebx + 8]
        cmp edx, edi
        ja .overlap
        copy ebx
        jmp .step
.overlap:
        mov edx, esi            ; a pattern of less than 8 bytes, several times
        mov esi, ebx
        rep movsb
        mov esi, edx
        jmp .step
.done:  ret

misplaced:      db "octavo: the loader's information is where the kernel goes; halted", 0
damaged:        db "octavo: the packed kernel is damaged; halted", 0

        align 4, db 0
        times 8 dd 0
stack_top:
