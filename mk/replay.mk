# The recording of a boot test that failed, again, in the debugger: forwards and
# backwards, from its last moment. docs/debugging.md.

TEST ?=
REPLAY_FLAGS ?=
replay: ## a failed boot test in gdb, also backwards: TEST=name, as the test said
	$(Q)test -n "$(TEST)" || { echo "make replay TEST=name: there are:" \
	  $(notdir $(wildcard $(BUILD)/results/replay/*)); exit 2; }
	$(Q)scripts/replay '$(TEST)' $(REPLAY_FLAGS)

.PHONY: replay
