# The release image: the release kernel, packed (boot/packed). PACK holds what it is made
# of: the kernel as it lies in memory, the same as LZ4, and what scripts/pack.py makes of
# the two. The kernel itself, with symbols and all that a debugger reads, is release_ELF.

PACK := $(BUILD)/link/packed
# Assembled as for the kernel, but for the physical addresses that it is linked at.
PACK_OBJ := $(PACK)/header.o $(PACK)/fail.o $(PACK)/unpack.o
PACK_LINK := $(LD) -nostdlib -static -n --build-id=none -z noexecstack \
	--no-warn-rwx-segments -T boot/packed/packed.ld

$(PACK)/image: $(release_ELF)
	@mkdir -p $(@D)
	$(Q)objcopy -O binary $< $@
$(PACK)/build-id: $(release_ELF)
	@mkdir -p $(@D)
	$(Q)objcopy -O binary --only-section=.note.gnu.build-id $< $@
# One block of all (-B7 allows 4 MiB), packed as small as lz4 can.
$(PACK)/image.lz4: $(PACK)/image
	$(Q)lz4 -q -f -12 -B7 --no-frame-crc $< $@
$(PACK)/pack.inc: $(PACK)/image.lz4 scripts/pack.py
	$(Q)nm $(release_ELF) | $(PYTHON) scripts/pack.py $(PACK)/image $< $(PACK)

$(PACK)/%.o: boot/%.asm boot/layout.inc
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf64 -D PACKED -I ./ $< -o $@
$(PACK)/unpack.o: boot/packed/unpack.asm $(PACK)/pack.inc $(PACK)/build-id
	$(Q)$(NASM) -f elf64 -I $(PACK)/ $< -o $@
$(eval $(call link_inputs,$(PACK)/inputs,$(PACK_LINK) $(PACK_OBJ)))
$(PACKED_ELF): boot/packed/packed.ld $(PACK_OBJ) $(PACK)/inputs
	$(call say,PACK,$@)
	$(Q)$(PACK_LINK) $$(cat $(PACK)/address) -o $@ $(PACK_OBJ)
