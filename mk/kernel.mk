# The kernel, in two variants: release -> build/octavo.elf, debug ->
# build/debug/octavo.elf. A variant chooses files and flags; no .c file has an #if.

KERNEL_DIRS := boot $(sort $(dir $(wildcard kernel/*.c kernel/*/*.c kernel/*/*/*.c \
	drivers/*/*.c))) lib tests/self $(PROGRAMS:%=programs/%)
KERNEL_C := $(foreach d,$(KERNEL_DIRS:/=),$(wildcard $(d)/*.c))
KERNEL_ASM := $(wildcard boot/*.asm kernel/*/*.asm lib/*.asm)

# Files of one variant only.
DEBUG_ONLY_C := kernel/sync/lockdep.c kernel/mm/poison.c
release_C = $(filter-out $(DEBUG_ONLY_C),$(KERNEL_C))
debug_C = $(KERNEL_C)

CC := gcc
NASM := nasm
LD := ld
KERNEL_CFLAGS := -std=gnu11 -ffreestanding -nostdinc -isystem $(shell gcc -print-file-name=include) \
	-I. -I$(BUILD)/include -m64 -march=x86-64 -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
	-fno-pic -fno-strict-aliasing -fno-common -fwrapv -fno-delete-null-pointer-checks \
	-fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-asynchronous-unwind-tables -fcf-protection=none \
	-fstack-protector-strong -mstack-protector-guard=global \
	-ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. \
	-Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wundef -Wshadow -Wpointer-arith -Wwrite-strings -Wvla -Wimplicit-fallthrough=3 \
	-fcallgraph-info=su -Wframe-larger-than=1024 -Wno-unused-parameter -Wno-sign-compare -g
release_CFLAGS := -O2 -DCONFIG_DEBUG=0
debug_CFLAGS := -O1 -DCONFIG_DEBUG=1
release_ELF := $(BUILD)/octavo.elf
debug_ELF := $(BUILD)/debug/octavo.elf

# The font of the framebuffer console comes from a Debian package.
FONT_PSF := /usr/share/consolefonts/Uni2-Fixed16.psf.gz

# The table of kernel/program: an entry for each of PROGRAMS.
PROGRAMS_LIST := $(BUILD)/include/programs.list
$(PROGRAMS_LIST): Makefile
	@mkdir -p $(@D)
	@printf 'PROGRAM(%s)\n' $(PROGRAMS) >$@

define kernel_variant
$(1)_OBJ := $$(patsubst %.c,$(BUILD)/$(1)/obj/%.o,$$($(1)_C)) \
	$$(patsubst %.asm,$(BUILD)/$(1)/obj/%.asm.o,$$(KERNEL_ASM))

$(BUILD)/$(1)/obj/%.o: %.c $(BUILD)/$(1)/flags | $(PROGRAMS_LIST)
	$$(call say,CC,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(KERNEL_CFLAGS) $$($(1)_CFLAGS) -MMD -MP -c $$< -o $$@

$(BUILD)/$(1)/obj/%.asm.o: %.asm $(BUILD)/$(1)/flags
	$$(call say,NASM,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(NASM) -f elf64 -I ./ -MD $$(@:.o=.d) -MP $$< -o $$@

# Linked twice: the first kernel has an empty symbol table, whose names and
# addresses then make the second's; the table stands behind all code, so no
# address moves between the two.
$(BUILD)/$(1)/first.elf: linker.ld $$($(1)_OBJ) $(BUILD)/$(1)/empty-symbols.o
	$$(call say,LD,$$@)
	$$(Q)$$(LD) -nostdlib -static --gc-sections -z max-page-size=4096 -z noexecstack --build-id=none \
	  --no-warn-rwx-segments --warn-unresolved-symbols -T linker.ld -o $$@ $$($(1)_OBJ) $(BUILD)/$(1)/empty-symbols.o
$(BUILD)/$(1)/empty-symbols.asm: scripts/symbols.py
	@mkdir -p $$(@D)
	$$(Q)$$(PYTHON) scripts/symbols.py </dev/null >$$@
$(BUILD)/$(1)/symbols.asm: $(BUILD)/$(1)/first.elf scripts/symbols.py
	$$(Q)nm -n $$< | $$(PYTHON) scripts/symbols.py >$$@
$(BUILD)/$(1)/%symbols.o: $(BUILD)/$(1)/%symbols.asm
	$$(Q)$$(NASM) -f elf64 $$< -o $$@
$(BUILD)/$(1)/symbols.o: $(BUILD)/$(1)/symbols.asm
	$$(Q)$$(NASM) -f elf64 $$< -o $$@
$$($(1)_ELF): linker.ld $$($(1)_OBJ) $(BUILD)/$(1)/symbols.o
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(LD) -nostdlib -static --gc-sections -z max-page-size=4096 -z noexecstack --build-id=sha1 \
	  --no-warn-rwx-segments --warn-unresolved-symbols -T linker.ld -o $$@ $$($(1)_OBJ) $(BUILD)/$(1)/symbols.o

# A change of flags rebuilds.
$(BUILD)/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$$(KERNEL_CFLAGS) $$($(1)_CFLAGS)' | cmp -s - $$@ || \
	  echo '$$(KERNEL_CFLAGS) $$($(1)_CFLAGS)' >$$@

-include $$($(1)_OBJ:.o=.d)
endef
FORCE:

$(eval $(call kernel_variant,release))
$(eval $(call kernel_variant,debug))

kernel: $(release_ELF) $(debug_ELF) ## the kernel: build/octavo.elf, build/debug/octavo.elf
objects: $(release_OBJ) $(debug_OBJ)
.PHONY: kernel objects FORCE
