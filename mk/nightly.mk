# What takes too long for every change: a long soak, and what others add to NIGHTLY.

NIGHTLY += soak
nightly: ## what takes long: soak, long sweeps
	$(Q)failed=; for part in $(NIGHTLY); do \
	  $(MAKE) --no-print-directory $$part || failed="$$failed $$part"; done; \
	  test -z "$$failed" || { echo "make nightly: FAILED:$$failed"; exit 1; }

.PHONY: nightly
