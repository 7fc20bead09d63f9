; trampoline.asm: the first instructions of every processor but the boot CPU.
;
; A startup interrupt lets a processor begin in real mode, at the start of a page below
; 1 MiB (Intel SDM 3A, 8.4.3). kernel/x86/smp.c copies what follows there, fills in
; the table at its end, and maps the page at its physical address, for the moment between
; paging and the jump to the kernel's half. Several processors come through at once: each
; draws a ticket, and the ticket finds it a struct cpu, in which kernel_rsp is a stack.
; Who draws one too many is too late, and stops. EBX is where the page is, ESI the ticket.

%define AT(label) ((label) - trampoline_start)

section .rodata
global trampoline_start, trampoline_table, trampoline_end
        align 8, db 0
bits 16
trampoline_start:
        cli
        cld
        mov ax, cs
        mov ds, ax
        xor ebx, ebx
        mov bx, ax
        shl ebx, 4
        mov esi, 1
        lock xadd [AT(ticket)], esi
        cmp esi, [AT(tickets)]
        jae .stop
        o32 lgdt [AT(gdt_pointer)]
        mov eax, cr0
        or al, 1                        ; PE
        mov cr0, eax
        jmp far dword [AT(to_protected)]
.stop:  hlt
        jmp .stop

bits 32
protected:
        mov eax, 16
        mov ds, eax
        mov ss, eax
        mov eax, [ebx + AT(value_cr4)]
        mov cr4, eax
        mov eax, [ebx + AT(value_cr3)]
        mov cr3, eax
        mov ecx, 0xc0000080             ; EFER
        xor edx, edx
        mov eax, [ebx + AT(value_efer)]
        wrmsr
        mov eax, [ebx + AT(value_cr0)]
        mov cr0, eax
        jmp far [ebx + AT(to_long)]

bits 64
in_long:
        mov ebx, ebx                    ; clears what 32-bit code leaves undefined
        mov esi, esi
        mov rdi, [rbx + AT(cpus)]
        mov rdi, [rdi + rsi * 8]
        mov rsp, [rdi + 24]             ; kernel_rsp
        xor ebp, ebp                    ; backtraces end here
        push rbp
        jmp [rbx + AT(enter)]

; struct trampoline_table of smp.c. The first three are right but for the page's address.
        align 8, db 0
trampoline_table:
to_protected:   dd AT(protected), 24
to_long:        dd AT(in_long), 8
                dw 0
gdt_pointer:    dw 31
                dd AT(gdt)
gdt:            dq 0
                dq 0x00209b0000000000   ; code, 64-bit
                dq 0x00cf93000000ffff   ; data
                dq 0x00cf9b000000ffff   ; code, 32-bit
cpus:           dq 0
enter:          dq 0
value_cr0:      dd 0
value_cr3:      dd 0
value_cr4:      dd 0
value_efer:      dd 0
ticket:         dd 0
tickets:        dd 0
trampoline_end:
