# The sweep of failing allocations (tests/boot/test_sweep.py; docs/architecture.md).

# Each place of a kernel that allocates, numbered.
ALLOC_SITES := $(foreach v,release debug,$(BUILD)/$(v)/alloc-sites.txt)
$(BUILD)/%/alloc-sites.txt: $(BUILD)/%/octavo.elf scripts/alloc-sites
	$(call say,SITES,$@)
	$(Q)scripts/alloc-sites $< >$@
kernel boot-test: $(ALLOC_SITES)

sweep: kernel ## every allocation in turn fails, in all that the kernel does: the long form
	$(Q)SWEEP_LONG=1 $(PYTHON) -m pytest -q -p no:cacheprovider tests/boot/test_sweep.py
	$(Q)cat $(RESULTS)/sweep.txt

.PHONY: sweep
