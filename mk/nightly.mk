# What takes too long for every change.

NIGHTLY := soak sweep
nightly: ## what takes long: soak, sweep
	$(Q)failed=; for part in $(NIGHTLY); do \
	  $(MAKE) --no-print-directory $$part || failed="$$failed $$part"; done; \
	  test -z "$$failed" || { echo "make nightly: FAILED:$$failed"; exit 1; }

.PHONY: nightly
