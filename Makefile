# Octavo. `make help` lists what can be made; mk/ holds how, a file for each kind of
# thing: kernel.mk (the kernel), sanitize.mk (those that look at themselves), pack.mk (the
# release image), image.mk (the ISO and running it), host.mk (programs as host and Linux
# executables), tests.mk (tests, lint, benchmarks), sweep.mk (failing allocations),
# trace.mk (traces, panics).

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
PYTHON := /usr/bin/python3
BUILD := build
V ?= 0
Q := $(if $(filter 0,$(V)),@)
say = $(if $(filter 0,$(V)),@printf '  %-7s %s\n' '$(1)' '$(2)')

# The programs that are ported into the kernel: one folder under programs/ each.
PROGRAMS := quarto

# What the goals need installed, checked once for each set of tools: see scripts/setup.
GOALS := $(or $(MAKECMDGOALS),all)
TOOL_SETS := $(sort $(if $(filter-out clean help,$(GOALS)),build) \
	$(if $(filter iso run trace profile,$(GOALS)),run) $(if $(filter gui,$(GOALS)),gui) \
	$(if $(filter debug,$(GOALS)),debug) \
	$(if $(filter test unit golden boot-test self-% coverage lint lint-% format bench \
	  sweep soak nightly replay,$(GOALS)),test))
$(BUILD)/.setup-%: scripts/setup
	@scripts/setup $*
	@mkdir -p $(@D) && touch $@
ifneq ($(TOOL_SETS),)
include $(TOOL_SETS:%=$(BUILD)/.setup-%)
endif

include mk/sanitize.mk

all: $(or $(CHOSEN_ELF),kernel host user) ## build the kernel (release and debug) and the programs

include mk/kernel.mk
include mk/pack.mk
include mk/image.mk
include mk/host.mk
include mk/tests.mk
include mk/soak.mk
include mk/replay.mk
include mk/trace.mk
include mk/sweep.mk
include mk/nightly.mk

clean: ## remove everything that was built
	rm -rf $(BUILD) compile_commands.json

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort -u | \
	  awk -F':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

.PHONY: all clean help
