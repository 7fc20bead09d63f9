# What a person looks at with other tools: a panic's bundle, traces, profiles.

LOG ?=
decode: ## what a panic left in a serial log, with sources: LOG=file
	$(Q)test -n "$(LOG)" || { echo "make decode LOG=file: which log?"; exit 2; }
	$(Q)$(PYTHON) scripts/decode.py $(LOG)

# A run that is traced from its start on; for make trace and make profile.
COMMAND ?= quarto -a=1
CPUS ?= 1
TRACE_SIZE ?= 4M
TRACE_MEMORY ?= 256M
define traced_run
	$(Q)timeout 300 $(QEMU) $(QEMU_FLAGS) -m $(TRACE_MEMORY) -smp $(CPUS) -display none \
	  -device isa-debug-exit,iobase=0xf4,iosize=0x04 -kernel $(1) -serial file:$(2) \
	  -append 'quiet trace=$(3) trace_size=$(TRACE_SIZE) run="$(COMMAND); trace stop; trace save"'; \
	  status=$$?; test $$status = 33 || { tail -20 $(2); echo "$(2): exit $$status"; exit 1; }
endef

comma := ,
TRACE ?= all
trace: $(PACKED_ELF) ## record COMMAND="quarto -a=1" CPUS=1: build/trace.json for ui.perfetto.dev
	$(call traced_run,$(PACKED_ELF),$(BUILD)/trace.log,$(TRACE))
	$(Q)scripts/trace.py $(BUILD)/trace.log --json $(BUILD)/trace.json \
	  --svg $(BUILD)/trace.svg --title 'octavo: $(COMMAND)'
	@echo "$(BUILD)/trace.json: open it in ui.perfetto.dev; $(BUILD)/trace.svg: a picture"

profile: $(PACKED_ELF) ## where COMMAND spends its time: build/profile.txt, for flame graphs
	$(call traced_run,$(PACKED_ELF),$(BUILD)/profile.log,profile$(comma)switch)
	$(Q)scripts/trace.py $(BUILD)/profile.log --folded $(BUILD)/profile.txt
	@echo "$(BUILD)/profile.txt: open it in speedscope.app, or give it to flamegraph.pl"

.PHONY: decode trace profile
