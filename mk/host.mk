# The ported programs outside the kernel: build/host/NAME (an ordinary program,
# sanitizers on) and build/user/NAME (a static Linux executable without libc).

HOST_CFLAGS := -std=gnu11 -I. -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes \
	-Wshadow -Wvla -Wno-unused-parameter -Wno-sign-compare -D_GNU_SOURCE
USER_CFLAGS := -std=gnu11 -ffreestanding -nostdinc -isystem $(shell gcc -print-file-name=include) \
	-I. -O2 -march=x86-64 -mgeneral-regs-only -fno-pic -fno-strict-aliasing -fno-common \
	-fwrapv -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none \
	-ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. -Wall -Wextra -Werror \
	-Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wvla -Wframe-larger-than=1024 \
	-Wno-unused-parameter -Wno-sign-compare -g

# The C library has what lib/string.c defines.
host_LIB_C := $(filter-out lib/string.c,$(wildcard lib/*.c))
user_LIB_C := $(wildcard lib/*.c)
host_HOME_C := programs/home/home.c programs/home/host.c
user_HOME_C := programs/home/home.c programs/home/user.c
user_LIB_OBJ := $(BUILD)/user/obj/programs/home/user.asm.o \
	$(patsubst %.asm,$(BUILD)/user/obj/%.asm.o,$(wildcard lib/*.asm))
host_LINK = $(CC) $(HOST_CFLAGS) -o $@ $(filter %.o,$^)
user_LINK = $(LD) -nostdlib -static --gc-sections -z noexecstack -z max-page-size=4096 \
	--build-id=none -o $@ $(filter %.o,$^)
host_COMPILE := $(CC) $(HOST_CFLAGS)
user_COMPILE := $(CC) $(USER_CFLAGS)

# home_program HOME PROGRAM: one program in one home. The home's own objects are
# built for each program, since they name its entry.
define home_program
$(1)_$(2)_OBJ := $$(patsubst %.c,$(BUILD)/$(1)/obj/%.o,$$(wildcard programs/$(2)/*.c) \
	$$($(1)_LIB_C)) $$(patsubst %.c,$(BUILD)/$(1)/obj/$(2)/%.o,$$($(1)_HOME_C)) $$($(1)_LIB_OBJ)
$$(eval $$(call link_inputs,$(BUILD)/$(1)/obj/$(2)/inputs,$$($(1)_$(2)_OBJ)))
$(BUILD)/$(1)/$(2): $$($(1)_$(2)_OBJ) $(BUILD)/$(1)/obj/$(2)/inputs
	$$(call say,LINK,$$@)
	$$(Q)$$($(1)_LINK)
$(BUILD)/$(1)/obj/$(2)/%.o: %.c $(BUILD)/$(1)/flags
	$$(call say,CC,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$($(1)_COMPILE) -DPROGRAM_MAIN=$(2)_main -MMD -MP -c $$< -o $$@
-include $$(patsubst %.o,%.d,$$($(1)_$(2)_OBJ))
endef

define home_rules
$(BUILD)/$(1)/obj/%.o: %.c $(BUILD)/$(1)/flags
	$$(call say,CC,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$($(1)_COMPILE) -MMD -MP -c $$< -o $$@
$(BUILD)/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$$($(1)_COMPILE)' | cmp -s - $$@ || echo '$$($(1)_COMPILE)' >$$@
endef

$(BUILD)/user/obj/%.asm.o: %.asm $(BUILD)/user/flags
	$(call say,NASM,$<)
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf64 -I ./ -MD $(@:.o=.d) -MP $< -o $@

$(foreach home,host user,$(eval $(call home_rules,$(home))))
$(foreach home,host user,$(foreach program,$(PROGRAMS),\
  $(eval $(call home_program,$(home),$(program)))))

host: $(PROGRAMS:%=$(BUILD)/host/%) ## the programs for the host, with sanitizers
user: $(PROGRAMS:%=$(BUILD)/user/%) ## the programs as static Linux executables
.PHONY: host user
