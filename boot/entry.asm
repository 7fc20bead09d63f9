; entry.asm: from the loader's 32-bit protected mode without paging to boot_main in
; 64-bit mode in the higher half.
;
; Both loaders enter with flat segments, interrupts off and EBX pointing at their
; structures (Multiboot2 3.2; PVH); multiboot2 says its magic number in EAX. Until
; paging is on, only physical addresses work: PHYS(symbol). The tables made here stay
; in use: the image in 4 KiB pages with its final rights, the first 4 GiB directly in
; 2 MiB pages. kernel/x86/paging.c makes them exact and drops the identity map.

%include "boot/layout.inc"

extern boot_main, boot_fail_32
extern kernel_text_start, kernel_text_end, kernel_rodata_end
extern kernel_bss_start, kernel_image_end

; Of 2 MiB each: linker.ld's IMAGE_LIMIT. Instrumented kernels are larger (sanitize.mk).
%ifndef IMAGE_TABLES
IMAGE_TABLES    equ 2
%endif

PVH_MAGIC       equ 0x336ec578

PAGE_PRESENT    equ 1 << 0
PAGE_WRITE      equ 1 << 1
PAGE_LARGE      equ 1 << 7
PAGE_TABLE      equ PAGE_PRESENT | PAGE_WRITE
PAGE_NX_HIGH    equ 1 << 31             ; bit 63, in the high half

CR0_PE_MP_NE_WP_PG equ 1 << 0 | 1 << 1 | 1 << 5 | 1 << 16 | 1 << 31
CR4_PAE         equ 1 << 5
MSR_EFER        equ 0xc0000080
EFER_LME        equ 1 << 8
EFER_NXE_BIT    equ 11
EFLAGS_ID       equ 1 << 21
CPUID_EXT_LM    equ 1 << 29             ; 80000001h:EDX
CPUID_EXT_NX    equ 1 << 20
CPUID_NEEDED    equ 1 << 6 | 1 << 5 | 1 << 4 | 1 << 26  ; 1:EDX: PAE, MSR, TSC, SSE2

section .boot.text progbits alloc exec nowrite align=16
bits 32

global boot_multiboot2, boot_pvh
boot_pvh:
        mov eax, PVH_MAGIC
boot_multiboot2:
        cli
        cld
        mov esp, PHYS(boot_stack_top)
        mov [PHYS(boot_magic)], eax
        mov [PHYS(boot_structures)], ebx
        call clear_bss
        call check_cpu
        call build_tables
        call enter_long_mode
        jmp CODE_64:PHYS(long_mode)

; Loaders clear it, but what unpacks the release image (boot/packed) leaves that to us,
; who know how to do it quickly. The return address is taken out of the way.
clear_bss:
        pop edx
        mov edi, PHYS(kernel_bss_start)
        mov ecx, PHYS(kernel_image_end)
        sub ecx, edi
        shr ecx, 2
        xor eax, eax
        rep stosd
        jmp edx

; Leaves EBP as the high half of a page entry that may not execute: NX, or 0 where the
; processor lacks it.
check_cpu:
        mov esi, PHYS(no_cpuid)
        pushfd
        pop eax
        mov ecx, eax
        xor eax, EFLAGS_ID
        push eax
        popfd
        pushfd
        pop eax
        cmp eax, ecx
        je boot_fail_32

        mov esi, PHYS(no_long_mode)
        mov eax, 0x80000000
        cpuid
        cmp eax, 0x80000001
        jb boot_fail_32
        mov eax, 0x80000001
        cpuid
        test edx, CPUID_EXT_LM
        jz boot_fail_32
        xor ebp, ebp
        test edx, CPUID_EXT_NX
        jz .done
        mov ebp, PAGE_NX_HIGH
.done:
        ; Every processor with long mode has these, but for some that are made to order.
        mov esi, PHYS(no_feature)
        mov eax, 1
        cpuid
        and edx, CPUID_NEEDED
        cmp edx, CPUID_NEEDED
        jne boot_fail_32
        cmp dword [PHYS(boot_tsc)], 0
        jne .known              ; the release image's first instructions noted it
        rdtsc
        mov [PHYS(boot_tsc)], eax
        mov [PHYS(boot_tsc) + 4], edx
.known: ret

build_tables:
        ; 4 GiB in 2 MiB pages, seen at 0 until the jump and at DIRECT_BASE.
        mov edi, PHYS(boot_pd_direct)
        mov eax, PAGE_PRESENT | PAGE_WRITE | PAGE_LARGE
        mov ecx, 4 * 512
.large: mov [edi], eax
        add edi, 8
        add eax, 2 << 20
        loop .large

        mov edi, PHYS(boot_pdpt_direct)
        mov eax, PHYS(boot_pd_direct) + PAGE_TABLE
        mov ecx, 4
.pd:    mov [edi], eax
        add edi, 8
        add eax, 4096
        loop .pd

        mov eax, PHYS(boot_pdpt_direct) + PAGE_TABLE
        mov [PHYS(boot_pml4)], eax
        mov [PHYS(boot_pml4) + (DIRECT_BASE >> 39 & 511) * 8], eax
        mov [PHYS(boot_pml4) + (DIRECT_BASE >> 39 & 511) * 8 + 4], ebp

        ; The image: IMAGE_BASE + n is physical n.
        mov dword [PHYS(boot_pml4) + 511 * 8], PHYS(boot_pdpt_image) + PAGE_TABLE
        mov dword [PHYS(boot_pdpt_image) + 510 * 8], PHYS(boot_pd_image) + PAGE_TABLE
%assign n 0
%rep IMAGE_TABLES
        mov dword [PHYS(boot_pd_image) + n * 8], \
                PHYS(boot_pt_image) + n * 4096 + PAGE_TABLE
  %assign n n + 1
%endrep

        mov eax, PHYS(kernel_text_start)
        mov ecx, PHYS(kernel_text_end)
        mov ebx, PAGE_PRESENT
        xor edx, edx
        call map_image
        mov ecx, PHYS(kernel_rodata_end)
        mov edx, ebp
        call map_image
        mov ecx, PHYS(kernel_image_end)
        mov ebx, PAGE_PRESENT | PAGE_WRITE

; Maps the image's pages from physical EAX to ECX with the flags EDX:EBX; EAX = ECX then.
map_image:
        mov edi, eax
        shr edi, 12
        lea edi, [PHYS(boot_pt_image) + edi * 8]
.page:  cmp eax, ecx
        jae .done
        lea esi, [eax + ebx]
        mov [edi], esi
        mov [edi + 4], edx
        add edi, 8
        add eax, 4096
        jmp .page
.done:  ret

; EFER.NXE follows EBP, since a reserved bit in an entry faults.
enter_long_mode:
        mov eax, cr4
        or eax, CR4_PAE
        mov cr4, eax
        mov eax, PHYS(boot_pml4)
        mov cr3, eax
        mov ecx, MSR_EFER
        rdmsr
        or eax, EFER_LME
        test ebp, ebp
        jz .no_nx
        bts eax, EFER_NXE_BIT
.no_nx: wrmsr
        mov eax, cr0
        and eax, ~(1 << 2 | 1 << 3 | 1 << 29 | 1 << 30)  ; EM, TS, NW, CD
        or eax, CR0_PE_MP_NE_WP_PG
        mov cr0, eax
        lgdt [PHYS(gdt_pointer)]
        ret

bits 64
long_mode:
        mov eax, DATA_64
        mov ds, eax
        mov es, eax
        mov ss, eax
        xor eax, eax
        mov fs, eax
        mov gs, eax
        mov rax, higher_half
        jmp rax
higher_half:
        mov rsp, boot_stack_top
        xor ebp, ebp            ; backtraces end here
        mov edi, [rel boot_magic]
        mov esi, [rel boot_structures]
        mov rdx, [rel boot_tsc]
        mov rcx, DIRECT_BASE
        call boot_main
        ud2

section .rodata
no_cpuid:       db "octavo: this processor has no CPUID, and so no 64-bit mode; halted", 0
no_long_mode:   db "octavo: this processor has no 64-bit mode (long mode); halted", 0
no_feature:     db "octavo: this processor lacks PAE, MSRs, TSC or SSE2; halted", 0

        align 8, db 0
CODE_64 equ 8
DATA_64 equ 16
gdt:    dq 0
        dq 0x00209b0000000000   ; code, 64-bit
        dq 0x0000930000000000   ; data
gdt_pointer:
        dw gdt_pointer - gdt - 1
        dd PHYS(gdt), 0

section .data
        align 8, db 0
global boot_tsc
boot_tsc:        dq 0           ; at the first instruction
boot_magic:      dd 0
boot_structures: dd 0

; Tables first: what follows the page-aligned ones needs no padding.
section .bss.boot nobits alloc noexec write align=4096
global boot_pml4, boot_pd_direct
boot_pml4:              resb 4096
boot_pdpt_direct:       resb 4096
boot_pd_direct:         resb 4 * 4096
boot_pdpt_image:        resb 4096
boot_pd_image:          resb 4096
boot_pt_image:          resb IMAGE_TABLES * 4096

; The first task's stack. paging_init unmaps the page under it.
global boot_stack_guard, boot_stack, boot_stack_top
boot_stack_guard:       resb 4096
boot_stack:             resb 16384
boot_stack_top:
