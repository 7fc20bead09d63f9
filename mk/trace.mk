# What a person looks at with other tools: a panic's bundle, traces, profiles.

LOG ?=
decode: ## what a panic left in a serial log, with sources: LOG=file
	$(Q)test -n "$(LOG)" || { echo "make decode LOG=file: which log?"; exit 2; }
	$(Q)$(PYTHON) scripts/decode.py $(LOG)

.PHONY: decode
