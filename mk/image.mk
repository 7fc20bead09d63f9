# The bootable image, and running it in QEMU.

ISO := $(BUILD)/octavo.iso
EMPTY_ELF := $(BUILD)/empty/empty.elf
EMPTY_ISO := $(BUILD)/empty/empty.iso

# What everybody starts QEMU with: emulated, no network, ending instead of rebooting.
QEMU := qemu-system-x86_64
MEMORY := 64M
QEMU_FLAGS := -accel tcg -cpu max -m $(MEMORY) -nic none -no-reboot

# GRUB loads what is in the file: the kernels go in without what only a debugger reads.
$(BUILD)/iso/octavo.elf: $(PACKED_ELF)
$(BUILD)/iso/octavo-debug.elf: $(debug_ELF)
$(BUILD)/iso/octavo.elf $(BUILD)/iso/octavo-debug.elf:
	$(call say,STRIP,$@)
	@mkdir -p $(@D)
	$(Q)strip --strip-all -o $@ $<

$(ISO): iso/grub.cfg scripts/mkiso $(BUILD)/iso/octavo.elf $(BUILD)/iso/octavo-debug.elf
	$(call say,ISO,$@)
	$(Q)scripts/mkiso $@ iso/grub.cfg boot/octavo.elf=$(BUILD)/iso/octavo.elf \
	  boot/octavo-debug.elf=$(BUILD)/iso/octavo-debug.elf

# The empty kernel, for comparison: tests/bench/empty.
$(BUILD)/empty/empty.o: tests/bench/empty/empty.asm
	$(call say,NASM,$<)
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 $< -o $@
$(EMPTY_ELF): tests/bench/empty/empty.ld $(BUILD)/empty/empty.o
	$(call say,LD,$@)
	$(Q)$(LD) -m elf_i386 -n -T $< -o $@ $(BUILD)/empty/empty.o
$(EMPTY_ISO): iso/grub.cfg scripts/mkiso $(EMPTY_ELF)
	$(call say,ISO,$@)
	$(Q)scripts/mkiso $@ iso/grub.cfg boot/octavo.elf=$(EMPTY_ELF)

iso: $(ISO) ## the bootable image: build/octavo.iso (BIOS and UEFI)

run: $(ISO) ## play: boot the image, serial console on this terminal (Ctrl-A X ends)
	$(Q)$(QEMU) $(QEMU_FLAGS) -display none -serial mon:stdio -cdrom $(ISO)

gui: $(ISO) ## boot the image in a window, with screen and keyboard
	$(Q)$(QEMU) $(QEMU_FLAGS) -serial mon:stdio -cdrom $(ISO)

debug: $(debug_ELF) ## boot the debug kernel and wait for gdb, which it says how to start
	@echo "In another terminal:  gdb -x scripts/gdb/octavo.py"
	$(Q)$(QEMU) $(QEMU_FLAGS) -display none -serial mon:stdio -kernel $(debug_ELF) -S -s

# For clangd and clang-tidy: each file with the command that compiles it, but for what the
# compiler is told to instrument.
ANALYSED := debug kasan ubsan kcsan coverage
analysed_alone = $(filter-out $(debug_C),$(call variant_files,$(1)))
compile_commands.json: scripts/compile-commands $(ANALYSED:%=$(BUILD)/%/flags) $(KERNEL_C) \
		$(UNIT_C)
	$(Q)$(PYTHON) $< $@ "$(CC) $(KERNEL_CFLAGS) $(debug_CFLAGS)" $(debug_C) \
	  $(foreach v,$(filter-out debug,$(ANALYSED)),-- \
	    "$(CC) $(KERNEL_CFLAGS) $(call variant_of,$(v),CFLAGS) $(call variant_of,$(v),COOL)" \
	    $(call analysed_alone,$(v))) \
	  -- "$(CC) $(UNIT_CFLAGS)" $(UNIT_C)

.PHONY: iso run gui debug
