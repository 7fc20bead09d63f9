# Kernels that look at themselves, as data for kernel.mk: the debug variant with its
# self-tests, and the compiler's instrumentation, whose runtime is kernel/sanitize.
#   make KASAN=1      build/kasan/octavo.elf      memory that may not be touched
#   make UBSAN=1      build/ubsan/octavo.elf      what C does not define
# make KASAN=1 test (or another) runs the self-tests on that kernel.

INSTRUMENTED := kasan
$(foreach v,$(INSTRUMENTED),$(eval $(v)_ELF := $(BUILD)/$(v)/octavo.elf))

sanitize_ONLY_C := kernel/sanitize/finding.c

kasan_PARTS := debug sanitize kasan
kasan_ONLY_C := $(wildcard kernel/sanitize/kasan*.c tests/self/kasan*.c) \
	kernel/sanitize/depot.c kernel/x86/shadow.c
kasan_CFLAGS := -DCONFIG_KASAN=1 -Wframe-larger-than=3072
kasan_INSTRUMENT := -fsanitize=kernel-address -fasan-shadow-offset=0xdffffc0000000000 \
	-fsanitize-address-use-after-scope --param asan-stack=1 --param asan-globals=1 \
	--param asan-instrumentation-with-call-threshold=1000000
# What handles memory that is closed, or runs before there is a shadow.
kasan_PLAIN := kernel/sanitize/% kernel/x86/shadow.c kernel/mm/slab.c kernel/mm/kmalloc.c \
	kernel/mm/poison.c lib/string.c
kasan_LDFLAGS := $(foreach f,boot_main kernel_main memcpy memmove memset memcmp,--wrap=$(f))

# The kernel that the command line chose, if it did.
CHOSEN := $(strip $(if $(filter 1,$(KASAN)),kasan) $(if $(filter 1,$(UBSAN)),ubsan))
CHOSEN_ELF := $(foreach c,$(CHOSEN),$($(c)_ELF))
