# What takes too long for every change.

# THOROUGH: lint walks all paths, and the game's search is compared with brute force on
# many more positions.
NIGHTLY := lint unit soak sweep self-kcsan
nightly: export THOROUGH := 1
nightly: ## what takes long: thorough lint and unit tests, soak, sweep, races
	$(Q)failed=; for part in $(NIGHTLY); do \
	  $(MAKE) --no-print-directory $$part || failed="$$failed $$part"; done; \
	  test -z "$$failed" || { echo "make nightly: FAILED:$$failed"; exit 1; }

.PHONY: nightly
