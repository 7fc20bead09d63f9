; trace_entry.asm: from a trace point to C, with every register as it was after it: rdi,
; rsi and rdx are the arguments of trace_record. The frame pointer stays the point's, so
; that the C function finds who called there.

extern trace_record

section .text
global trace_entry
trace_entry:
        push rax
        push rcx
        push rdx
        push rsi
        push rdi
        push r8
        push r9
        push r10
        push r11
        call trace_record
        pop r11
        pop r10
        pop r9
        pop r8
        pop rdi
        pop rsi
        pop rdx
        pop rcx
        pop rax
        ret
