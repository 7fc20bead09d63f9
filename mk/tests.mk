# Tests. `make test` is lint, the host's unit tests, the golden transcripts and the
# boot tests; results (JUnit XML, the logs of boots that failed) go to build/results.

RESULTS := $(BUILD)/results
DEPTH := $(BUILD)/stack-depth
export ASAN_OPTIONS := detect_leaks=1:allocator_may_return_null=1
export UBSAN_OPTIONS := print_stacktrace=1

# A unit test is one file, tests/unit/NAME_test.c, with sanitizers and cmocka. It is
# linked with all of lib/ (string.c is the C library's own, on the host) and, when its
# name begins with quarto_, with the program. What else it needs of the product it
# names itself, a line each:   // link: kernel/tty/ldisc.c
UNIT_C := $(wildcard tests/unit/*_test.c)
UNIT_NAMES := $(UNIT_C:tests/unit/%.c=%)
UNIT_PROGRAMS := $(UNIT_NAMES:%=$(BUILD)/unit/%)
UNIT_LIB_C := $(filter-out lib/string.c,$(wildcard lib/*.c))
UNIT_CFLAGS := $(HOST_CFLAGS) $(UNIT_COUNTERS) -DCONFIG_DEBUG=1 -Wno-error=unused-function
unit_links = $(shell sed -n 's,^// link: *,,p' tests/unit/$(1).c)

$(BUILD)/unit/obj/%.o: %.c $(BUILD)/unit/flags
	$(call say,HOSTCC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/unit/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(UNIT_CFLAGS)' | cmp -s - $@ || echo '$(UNIT_CFLAGS)' >$@

define unit_program
$(1)_C := $$(sort tests/unit/$(1).c $(UNIT_LIB_C) $$(call unit_links,$(1)) \
	$(if $(filter quarto_%,$(1)),$(wildcard programs/quarto/*.c)))
$(BUILD)/unit/$(1): $$($(1)_C:%.c=$(BUILD)/unit/obj/%.o)
	$$(call say,HOSTLD,$$@)
	$$(Q)$$(CC) $$(UNIT_CFLAGS) -o $$@ $$^ -lcmocka
-include $$($(1)_C:%.c=$(BUILD)/unit/obj/%.d)
endef
$(foreach n,$(UNIT_NAMES),$(eval $(call unit_program,$(n))))

# One program at a time, so that the output reads in order.
unit: $(UNIT_PROGRAMS) ## the host's unit tests, under ASan and UBSan
	$(Q)scripts/run-unit $(RESULTS)/unit $(UNIT_PROGRAMS)
unit-programs: $(UNIT_PROGRAMS)

# The boot tests, two machines at a time; -k in PYTEST_FLAGS chooses some of them.
PYTEST_FLAGS ?=
BOOT_NEEDS = $(release_ELF) $(check_ELF) $(debug_ELF) $(ISO) $(EMPTY_ELF) $(EMPTY_ISO) host
boot-test: $(BOOT_NEEDS) ## boot it in QEMU, in every way; PYTEST_FLAGS="-k menu" chooses
	@# Two tests compare what they measure with this table; the others go on without.
	@$(MAKE) --no-print-directory lint-depth >/dev/null || true
	@mkdir -p $(RESULTS)
	$(Q)PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -q -n 2 -p no:cacheprovider \
	  --junitxml=$(RESULTS)/boot.xml $(PYTEST_FLAGS) tests/boot

# The transcripts of whole games; the kernel's are in tests/boot/test_games.py.
golden: host user ## golden transcripts of whole games, on this system
	$(Q)for home in host user; do \
	  $(PYTHON) tests/golden/run.py $(BUILD)/$$home/quarto || exit 1; done

# Everything, each part tried even when one before it failed; quoted ones side by side.
TEST_PARTS := $(or $(CHOSEN:%=self-%),lint "unit golden self-sanitized" boot-test)
test: $(if $(CHOSEN),,kernel) ## everything that must pass: lint, unit tests, transcripts, boots
	@failed=; for part in $(TEST_PARTS); do \
	  $(MAKE) -k --no-print-directory $$part || failed="$$failed $$part"; done; \
	  test -z "$$failed" && echo "make test: passed" || \
	  { echo "make test: FAILED:$$failed"; exit 1; }

# The numbers of docs/results.md; on a quiet machine. BENCH_FLAGS="--boots N".
BENCH_FLAGS ?=
bench: $(BOOT_NEEDS) ## measure starting, operations and sizes, and print them
	$(Q)tests/bench/bench.py $(BENCH_FLAGS)

# Lint: one script or tool each, all of them tried even when one finds something.
LINT := tests/lint
LINT_GOALS := lint-includes lint-shape lint-format lint-tidy lint-sparse lint-stack \
	lint-depth lint-static
FORMATTED = $(shell find boot kernel drivers lib programs tests -name '*.[ch]' | sort)
# What a ported program may take of a task's stack; the rest is the kernel's.
PROGRAM_STACK := 8192

lint: ## include rules, shape, formatting, clang-tidy, sparse, stack depth, static data
	$(Q)$(MAKE) --no-print-directory -k $(LINT_GOALS)
lint-includes lint-shape:
	$(Q)$(LINT)/$(@:lint-%=%).py
lint-format:
	$(Q)clang-format --dry-run --Werror $(FORMATTED) 2>&1 | grep -oE '^[^:]+:[0-9]+:' | \
	  sort -u -t: -k1,1 | sed 's/$$/ not as clang-format writes it (make format)/'; \
	  test $${PIPESTATUS[0]} = 0 && echo "lint format: clean"
lint-tidy lint-sparse: compile_commands.json
	$(Q)$(LINT)/analyse.py $(@:lint-%=%) $(BUILD)/lint
# The call graphs that the compiler left beside the objects.
STACK_C := $(wildcard lib/*.c $(PROGRAMS:%=programs/%/*.c))
lint-stack: $(release_OBJ) $(debug_OBJ)
	$(Q)$(LINT)/stack.py $(PROGRAM_STACK) $(STACK_C:%.c=$(BUILD)/release/obj/%.ci)
	$(Q)$(LINT)/stack.py $(PROGRAM_STACK) $(STACK_C:%.c=$(BUILD)/debug/obj/%.ci)
# The worst stack of every way into the kernel: build/stack-depth.txt.
# $(1) is a variant, $(2) the kernel that has all of its objects.
define depth_table
$(DEPTH)-$(1).txt: $(2) $(LINT)/depth.py $(LINT)/callgraph.py $(LINT)/pointers.py
	$$(Q)$(LINT)/depth.py $(2) $(BUILD)/$(1)/obj $$@
endef
$(eval $(call depth_table,release,$(check_ELF)))
$(eval $(call depth_table,debug,$(debug_ELF)))
lint-depth: $(DEPTH)-release.txt $(DEPTH)-debug.txt
	$(Q)for variant in release debug; do echo "The $$variant kernel"; echo; \
	  cat $(DEPTH)-$$variant.txt; echo; done >$(DEPTH).txt
lint-static: $(release_OBJ) $(debug_OBJ)
	$(Q)$(LINT)/static.py $(foreach variant,release debug,\
	  $(filter $(PROGRAMS:%=$(BUILD)/$(variant)/obj/programs/%/%),$($(variant)_OBJ)))
format: ## let clang-format write all C files as lint wants them
	$(Q)clang-format -i $(FORMATTED)

.PHONY: test bench boot-test golden unit unit-programs lint $(LINT_GOALS) format
