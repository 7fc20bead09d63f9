# The kernel, in variants: release, debug, and debug with instrumentation of the
# compiler's (sanitize.mk). A variant chooses files and flags, as data; no .c file has
# an #if. Three kernels are linked of the first two:
#   build/release/octavo.elf  release; build/octavo.elf is the same, packed (pack.mk)
#   build/check/octavo.elf    the same objects, and the self-tests
#   build/debug/octavo.elf    debug, with the self-tests

KERNEL_DIRS := boot $(sort $(dir $(wildcard kernel/*.c kernel/*/*.c kernel/*/*/*.c \
	drivers/*/*.c lib/*/*.c))) lib tests/self $(PROGRAMS:%=programs/%)
KERNEL_C := $(foreach d,$(KERNEL_DIRS:/=),$(wildcard $(d)/*.c))
KERNEL_ASM := $(wildcard boot/*.asm kernel/*/*.asm lib/*.asm)

# Files of one variant only.
DEBUG_ONLY_C := $(wildcard kernel/sync/lockdep*.c) kernel/sched/mutex_debug.c \
	kernel/fs/procfs/lock_stat.c kernel/debug/schedfuzz.c \
	tests/self/schedfuzz_test.c tests/self/soak.c kernel/sched/stack_mark.c \
	kernel/fs/procfs/stacks.c kernel/mm/poison.c kernel/x86/smp_fault.c \
	$(wildcard tests/self/lockdep*.c)
RELEASE_ONLY_C := kernel/sync/spinlock_calls.c kernel/monitor/no_selftest.c

# A variant NAME is made of parts (NAME_PARTS); each part P brings
#   P_ONLY_C      files that only variants with this part have
#   P_CFLAGS      flags for all files of the variant; P_HOT, P_COOL: for those in HOT, and
#                 the others
#   P_INSTRUMENT  flags for all files but those that match a pattern of P_PLAIN
#   P_LDFLAGS     what the linker is told besides; P_ASFLAGS: the assembler
# Nothing but its own lines tells one variant from another.
PARTS := release debug sanitize kasan ubsan kcsan coverage
release_PARTS := release
debug_PARTS := debug
release_ONLY_C = $(RELEASE_ONLY_C)
debug_ONLY_C = $(DEBUG_ONLY_C)

# variant_files NAME: its C files. variant_flags NAME,FILE: how one of them is compiled.
variant_files = $(filter-out $(foreach p,$(filter-out $($(1)_PARTS),$(PARTS)),$($(p)_ONLY_C)),\
	$(KERNEL_C))
variant_of = $(foreach p,$($(1)_PARTS),$($(p)_$(2)))
variant_flags = $(strip $(KERNEL_CFLAGS) $(call variant_of,$(1),CFLAGS) \
	$(call variant_of,$(1),$(if $(filter $(HOT),$(2)),HOT,COOL)) \
	$(foreach p,$($(1)_PARTS),$(if $(filter $($(p)_PLAIN),$(2)),,$($(p)_INSTRUMENT))))
release_C = $(call variant_files,release)
debug_C = $(call variant_files,debug)

CC := gcc
NASM := nasm
LD := ld
KERNEL_CFLAGS := -std=gnu11 -ffreestanding -nostdinc -isystem $(shell gcc -print-file-name=include) \
	-I. -I$(BUILD)/include -m64 -march=x86-64 -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
	-fno-pic -fno-strict-aliasing -fno-common -fwrapv -fno-delete-null-pointer-checks \
	-fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-asynchronous-unwind-tables -fcf-protection=none \
	-mstack-protector-guard=global \
	-ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. \
	-Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wundef -Wshadow -Wpointer-arith -Wwrite-strings -Wvla -Wimplicit-fallthrough=3 \
	-fcallgraph-info=su -Wframe-larger-than=1024 -Wno-unused-parameter -Wno-sign-compare -g
# Small where it runs once, fast where it runs always. Alignment buys nothing under TCG.
release_CFLAGS := -Oz -mstringop-strategy=libcall -fno-align-functions -fno-align-loops \
	-fno-align-jumps -fno-jump-tables -mpreferred-stack-boundary=3 -fstack-protector \
	-DCONFIG_DEBUG=0
# Optimisations that -Oz leaves on though they cost room, in the files without speed.
release_COOL := -fno-move-loop-invariants -fno-caller-saves -fno-shrink-wrap \
	-fno-tree-dominator-opts -DCONFIG_HOT=0
release_HOT := -O2 -DCONFIG_HOT=1 -fno-align-functions -fno-align-loops -fno-align-jumps
HOT := kernel/x86/trap.c kernel/mm/page.c kernel/mm/slab.c kernel/mm/kmalloc.c \
	kernel/sched/sched.c kernel/sched/queue.c kernel/sched/fair.c kernel/sched/place.c \
	kernel/sched/waitq.c kernel/sched/mutex.c kernel/syscall/dispatch.c \
	kernel/time/clock.c kernel/time/timer.c lib/rbtree.c lib/string.c programs/%/search.c programs/%/table.c programs/%/symmetry.c programs/%/lines.c
debug_CFLAGS := -O1 -fstack-protector-strong -DCONFIG_DEBUG=1
debug_HOT := -DCONFIG_HOT=1
debug_COOL := -DCONFIG_HOT=0
release_ELF := $(BUILD)/release/octavo.elf
PACKED_ELF := $(BUILD)/octavo.elf
check_ELF := $(BUILD)/check/octavo.elf
# The self-tests, and what stands in for them where they are not linked.
SELF_OBJ = $(BUILD)/release/obj/tests/self/%.o
NO_SELF_OBJ = $(BUILD)/release/obj/kernel/monitor/no_selftest.o
debug_ELF := $(BUILD)/debug/octavo.elf

# The font of text on framebuffers comes from a Debian package.
FONT_PSF := /usr/share/consolefonts/Uni2-Fixed16.psf.gz
FONT_LIST := $(BUILD)/include/font.list
$(FONT_LIST): scripts/font.py $(FONT_PSF)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $^ >$@

# The table of kernel/program: an entry for each of PROGRAMS.
PROGRAMS_LIST := $(BUILD)/include/programs.list
$(PROGRAMS_LIST): Makefile
	@mkdir -p $(@D)
	@printf 'PROGRAM(%s)\n' $(PROGRAMS) >$@

# How the files of the variant $(1) are compiled.
define kernel_objects
$(1)_OBJ := $$(patsubst %.c,$(BUILD)/$(1)/obj/%.o,$$(call variant_files,$(1))) \
	$$(patsubst %.asm,$(BUILD)/$(1)/obj/%.asm.o,$$(KERNEL_ASM))

$(BUILD)/$(1)/obj/%.o: %.c $(BUILD)/$(1)/flags | $(PROGRAMS_LIST) $(FONT_LIST)
	$$(call say,CC,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(call variant_flags,$(1),$$<) -MMD -MP -c $$< -o $$@

$(BUILD)/$(1)/obj/%.asm.o: %.asm $(BUILD)/$(1)/flags
	$$(call say,NASM,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(NASM) -f elf64 $$(call variant_of,$(1),ASFLAGS) -I ./ -MD $$(@:.o=.d) -MP $$< -o $$@

# A change of flags rebuilds.
$(1)_FLAGS = $$(KERNEL_CFLAGS) $$(HOT) $$(foreach w,CFLAGS HOT COOL INSTRUMENT PLAIN ASFLAGS,\
	$$(call variant_of,$(1),$$w))
$(BUILD)/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$$($(1)_FLAGS)' | cmp -s - $$@ || echo '$$($(1)_FLAGS)' >$$@

-include $$($(1)_OBJ:.o=.d)
endef
FORCE:

# link_inputs FILE LIST: a file that changes with the list of what is linked, so that
# taking a source away links anew.
define link_inputs
$(1): FORCE
	@mkdir -p $$(@D)
	@echo '$(2)' | cmp -s - $$@ || echo '$(2)' >$$@
endef

# How a kernel is linked: $(1) names its folder of link products, $(2) the kernel, $(3)
# its objects, $(4) flags besides. Linked twice: the first one has an empty symbol
# table, whose names and addresses then make the second's; the table stands behind all
# code, so no address moves between the two.
LINK = $(LD) -nostdlib -static --gc-sections -n -z noexecstack \
	--no-warn-rwx-segments
define kernel_link
$(call link_inputs,$(BUILD)/link/$(1)/inputs,$(LINK) $(4) -T linker.ld $(3))
$(BUILD)/link/$(1)/first.elf: linker.ld $(3) $(BUILD)/link/empty-symbols.o \
		$(BUILD)/link/$(1)/inputs
	@mkdir -p $$(@D)
	$$(Q)$(LINK) $(4) -T linker.ld --build-id=none -o $$@ $(3) $(BUILD)/link/empty-symbols.o
$(BUILD)/link/$(1)/symbols.asm: $(BUILD)/link/$(1)/first.elf scripts/symbols.py
	$$(Q)nm -n $$< | $$(PYTHON) scripts/symbols.py >$$@
$(2): linker.ld $(3) $(BUILD)/link/$(1)/symbols.o
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(LINK) $(4) -T linker.ld --build-id=sha1 -o $$@ $(3) $(BUILD)/link/$(1)/symbols.o
endef
$(BUILD)/link/empty-symbols.asm: scripts/symbols.py
	@mkdir -p $(@D)
	$(Q)$(PYTHON) scripts/symbols.py </dev/null >$@
$(BUILD)/link/%symbols.o: $(BUILD)/link/%symbols.asm
	$(Q)$(NASM) -f elf64 $< -o $@

$(eval $(call kernel_objects,release))
$(eval $(call kernel_objects,debug))
$(eval $(call kernel_link,release,$(release_ELF),$(filter-out $(SELF_OBJ),$(release_OBJ))))
$(eval $(call kernel_link,check,$(check_ELF),$(filter-out $(NO_SELF_OBJ),$(release_OBJ))))
$(eval $(call kernel_link,debug,$(debug_ELF),$(debug_OBJ)))
$(foreach v,$(INSTRUMENTED),$(eval $(call kernel_objects,$(v))))
$(foreach v,$(INSTRUMENTED),$(eval \
  $(call kernel_link,$(v),$($(v)_ELF),$($(v)_OBJ),$(call variant_of,$(v),LDFLAGS))))

kernel: $(PACKED_ELF) $(check_ELF) $(debug_ELF) ## the kernel: build/octavo.elf, build/debug/octavo.elf
objects: $(release_OBJ) $(debug_OBJ)
.PHONY: kernel objects FORCE
