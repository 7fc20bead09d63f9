# Kernels that look at themselves, as data for kernel.mk: the debug variant with its
# self-tests, and the compiler's instrumentation, whose runtime is kernel/sanitize.
#   make KASAN=1      build/kasan/octavo.elf      memory that may not be touched
#   make UBSAN=1      build/ubsan/octavo.elf      what C does not define
#   make KCSAN=1      build/kcsan/octavo.elf      races of several CPUs
#   make COVERAGE=1   build/coverage/octavo.elf   counters of what ran: make coverage
#   make KASAN=1 UBSAN=1  build/sanitized/octavo.elf  both, which is what tests run
# make KASAN=1 test (or another) runs the self-tests on that kernel.

INSTRUMENTED := kasan ubsan sanitized kcsan coverage
$(foreach v,$(INSTRUMENTED),$(eval $(v)_ELF := $(BUILD)/$(v)/octavo.elf))

sanitize_ONLY_C := kernel/sanitize/finding.c
sanitize_ASFLAGS := -DIMAGE_TABLES=4
sanitize_LDFLAGS := --defsym=large_image_limit=8388608

kasan_PARTS := debug sanitize kasan
kasan_ONLY_C := $(wildcard kernel/sanitize/kasan*.c tests/self/kasan*.c) \
	kernel/sanitize/depot.c kernel/x86/shadow.c
kasan_CFLAGS := -DCONFIG_KASAN=1 -Wframe-larger-than=3072
kasan_INSTRUMENT := -fsanitize=kernel-address -fasan-shadow-offset=0xdffffc0000000000 \
	-fsanitize-address-use-after-scope --param asan-stack=1 --param asan-globals=1 \
	--param asan-instrumentation-with-call-threshold=1000000
# What handles memory that is closed, or runs before there is a shadow.
kasan_PLAIN := kernel/sanitize/% kernel/x86/shadow.c kernel/mm/slab.c kernel/mm/kmalloc.c \
	kernel/mm/poison.c lib/string.c lib/screen/%
kasan_LDFLAGS := $(foreach f,boot_main kernel_main memcpy memmove memset memcmp,--wrap=$(f))

ubsan_PARTS := debug sanitize ubsan
ubsan_ONLY_C := kernel/sanitize/ubsan.c tests/self/ubsan_test.c
ubsan_CFLAGS := -DCONFIG_UBSAN=1 -Wframe-larger-than=3072
# Not what the kernel's other flags define: overflow wraps, and offsets of a null pointer.
ubsan_INSTRUMENT := -fsanitize=undefined -fsanitize=bounds-strict
ubsan_PLAIN := kernel/sanitize/%

sanitized_PARTS := debug sanitize kasan ubsan

kcsan_PARTS := debug sanitize kcsan
kcsan_ONLY_C := $(wildcard kernel/sanitize/kcsan*.c) tests/self/kcsan_test.c
kcsan_CFLAGS := -DCONFIG_KCSAN=1 -Wno-tsan -Wframe-larger-than=2048
kcsan_INSTRUMENT := -fsanitize=thread --param tsan-distinguish-volatile=1 \
	--param tsan-instrument-func-entry-exit=0
kcsan_PLAIN := kernel/sanitize/% lib/string.c
kcsan_LDFLAGS := $(foreach f,memcpy memmove memset,--wrap=$(f))
kcsan_CPUS := 4

# scripts/coverage reads what this one gives out.
coverage_PARTS := debug coverage
coverage_ONLY_C := kernel/sanitize/coverage.c
coverage_ASFLAGS := $(sanitize_ASFLAGS)
coverage_LDFLAGS := $(sanitize_LDFLAGS) \
	$(foreach f,power_exit power_off power_reboot,--wrap=$(f))
coverage_INSTRUMENT := -fprofile-arcs -ftest-coverage -fprofile-info-section=.table.gcov
coverage_PLAIN := kernel/sanitize/%

# The kernel that the command line chose, if it did.
CHOICE := $(strip $(foreach v,KASAN UBSAN KCSAN COVERAGE,$(if $(filter 1,$($(v))),$(v))))
CHOSEN_OF_KASAN := kasan
CHOSEN_OF_UBSAN := ubsan
CHOSEN_OF_KCSAN := kcsan
CHOSEN_OF_COVERAGE := coverage
CHOSEN_OF_KASAN_UBSAN := sanitized
empty :=
CHOSEN := $(if $(CHOICE),$(CHOSEN_OF_$(subst $(empty) $(empty),_,$(CHOICE))))
CHOSEN_ELF := $(foreach c,$(CHOSEN),$($(c)_ELF))

# self-NAME: the self-tests on that kernel.
SELF_GOALS := $(INSTRUMENTED:%=self-%)
$(foreach v,$(INSTRUMENTED),$(eval self-$(v): $($(v)_ELF)))
$(SELF_GOALS): self-%:
	$(Q)scripts/run-self $(BUILD)/$*/octavo.elf $(BUILD)/results/self-$*.log \
	  $(or $($*_CPUS),1)
.PHONY: $(SELF_GOALS)

# The host's unit tests once more, with counters, in a folder of their own.
coverage: $(coverage_ELF) ## how much of the code the tests ran, room by room
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage/host UNIT_COUNTERS=--coverage unit
	$(Q)scripts/coverage $(coverage_ELF) $(BUILD)/coverage/obj $(BUILD)/coverage/report \
	  $(BUILD)/coverage/host
.PHONY: coverage
