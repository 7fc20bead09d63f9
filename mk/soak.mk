# Everything at once: 4 CPUs, the debug kernel, the fuzz of schedules, allocations that
# fail at random, games, files, tasks made and killed (tests/self/soak.c). The seed is
# printed first, and gives the same chances again.

MINUTES ?= 10
SEED ?= $(shell echo $$(( (RANDOM << 15) + RANDOM + 1 )))
soak: $(debug_ELF) ## everything at once: MINUTES=n, SEED=s again as it was printed
	$(Q)tests/boot/soak.py $(MINUTES) $(SEED)

.PHONY: soak
