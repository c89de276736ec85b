# SPDX-License-Identifier: GPL-2.0-or-later
# The rings of tests. Each prints its own line; `make check` ends with their sum.

UNIT_SRC := $(sort $(wildcard testing/unit/*/test_*.c))
UNIT_BIN := $(patsubst testing/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
SIM_SRC  := $(sort $(wildcard testing/sim/*.c testing/sim/*/*.c))

# What a folder's tests share stands beside them, in files that are not test_*.c. Those that run two
# engines share testing/unit/pair, and stand on the engine.
UNIT_PAIR = $(wildcard testing/unit/pair/*.c)
$(foreach f,engine exchange path hostile set,$(eval STACK_$(f) = $$(STACK_ike)))
$(foreach f,ike engine exchange path hostile set,$(eval UNIT_WITH_$(f) = $$(UNIT_PAIR)))
unit_shared = $(patsubst %.c,$(BUILD)/obj/%.o,$(UNIT_WITH_$(1)) \
	$(filter-out $(UNIT_SRC),$(wildcard testing/unit/$(1)/*.c)))
$(BUILD)/obj/testing/unit/%.o: ALL_CFLAGS += -Itesting/unit -Itesting
STACK_cheap = base
STACK_kernel = $(STACK_pluto)
STACK_cpus = $(STACK_pluto)
STACK_steer = $(STACK_pluto)
UNIT_WITH_cheap = $(wildcard testing/cheap-crypto/*.c) lib/crypto/names.c

define unit_test
$$(BUILD)/unit/$(1): $$(BUILD)/obj/testing/unit/$(1).o \
		$$(call unit_shared,$(firstword $(subst /, ,$(1)))) \
		$$(call archives,$$(STACK_$(firstword $(subst /, ,$(1)))))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(PKG_LIBS) -lcmocka
DEPS += $$(BUILD)/obj/testing/unit/$(1).d
endef
DEPS += $(patsubst %.c,$(BUILD)/obj/%.d,\
	$(filter-out $(UNIT_SRC),$(wildcard testing/unit/*/*.c)))
$(foreach t,$(UNIT_SRC),$(eval $(call unit_test,$(patsubst testing/unit/%.c,%,$(t)))))

# The simulation counts memory.
SIM_WRAP = calloc realloc free
$(BUILD)/obj/testing/sim/%.o: ALL_CFLAGS += -Itesting
$(BUILD)/bin/sim: $(patsubst %.c,$(BUILD)/obj/%.o,$(SIM_SRC)) $(call archives,$(STACK_pluto))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) $(SIM_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(PKG_LIBS)
DEPS += $(patsubst %.c,$(BUILD)/obj/%.d,$(SIM_SRC))

# The same with a provider that is no cryptography, for sizes where that is most of the work. It is
# in no archive; of lib/crypto it has the names only.
CHEAP_OBJ = $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard testing/cheap-crypto/*.c)))
$(CHEAP_OBJ): ALL_CFLAGS += -Itesting
$(BUILD)/bin/sim-size: $(patsubst %.c,$(BUILD)/obj/%.o,$(SIM_SRC)) $(CHEAP_OBJ) \
		$(BUILD)/obj/lib/crypto/names.o $(call archives,$(filter-out crypto,$(STACK_pluto)))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) $(SIM_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(PKG_LIBS)
DEPS += $(CHEAP_OBJ:.o=.d)

# Whether the simulation finds what is broken on purpose.
sim-mutants: export MUTANT_CC = $(CC) $(ALL_CFLAGS)
sim-mutants: export MUTANT_LD = $(CC) $(ALL_LDFLAGS) $(SIM_WRAP:%=-Wl,--wrap=%)
sim-mutants: export MUTANT_REST = $(patsubst %.c,$(BUILD)/obj/%.o,$(SIM_SRC)) \
	$(call archives,$(STACK_pluto)) $(PKG_LIBS)
sim-mutants: need-mutants $(BUILD)/bin/sim
	@testing/sim/mutants/run $(BUILD) 200 $(ONLY)

LAB_TOOLS = $(BUILD)/bin/xfrm-dump $(BUILD)/bin/stream
$(LAB_TOOLS): $(BUILD)/bin/%: $(BUILD)/obj/testing/lab/%.o
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
DEPS += $(BUILD)/obj/testing/lab/xfrm-dump.d $(BUILD)/obj/testing/lab/stream.d

need-%:
	@mk/need.sh $*

units: need-unit
	@$(MAKE) --no-print-directory $(UNIT_BIN)

check-layers:
	@mk/check-layers.sh

check-unit: check-layers programs $(BUILD)/bin/sim $(BUILD)/bin/sim-size
	@testing/cheap-crypto/check.sh $(BUILD)
	@$(MAKE) --no-print-directory units
	@testing/unit/run $(BUILD) $(UNIT_BIN)

SEEDS ?= 1-2000

check-sim sim: $(BUILD)/bin/sim
	@testing/sim/run $(BUILD)/bin/sim $(SEEDS) $(SCENARIO)

# Large ones, with the cheap provider: SEED=1 and N gateways.
N ?= 1000
SEED ?= 1
sim-hub sim-mesh sim-network: sim-%: $(BUILD)/bin/sim-size
	@$(BUILD)/bin/sim-size $(SEED)-$(SEED) $(patsubst network,wide,$*)=$(N)
.PHONY: sim-hub sim-mesh sim-network

LAB_BIN = programs $(LAB_TOOLS) $(BUILD)/bin/xfrm-check
LAB_ENV = CYGNET_BUILD=$(abspath $(BUILD))

check-lab: $(LAB_BIN)
	@$(LAB_ENV) testing/lab/check-lab.sh $(ONLY)

check-interop: $(LAB_BIN)
	@$(LAB_ENV) testing/interop/check-interop.sh $(ONLY)

check-mlkem:
	@$(LAB_ENV) testing/interop/check-mlkem.sh

# Not among the rings of `make check`: its kernel takes long to build.
kernel-2019: need-lab need-kernel-2019
	@testing/kernel-2019/build.sh

check-kernel-2019: $(LAB_BIN)
	@$(LAB_ENV) testing/kernel-2019/check-kernel-2019.sh $(ONLY)

demo: $(LAB_BIN)
	@$(LAB_ENV) testing/lab/demo.sh

# What runs on several threads, with TSan.
THREADS_BIN = $(addprefix $(BUILD)-tsan/unit/,crypto/test_threads pluto/test_loop)
threads: need-analysis need-unit
	@$(MAKE) --no-print-directory SANITIZE=thread BUILD=$(BUILD)-tsan $(THREADS_BIN)

check-threads: threads
	@testing/unit/run $(BUILD)-tsan $(THREADS_BIN)

# Unit tests, sim and one lab session again with ASan and UBSan, unit tests with valgrind; and threads.
check-memory: need-analysis need-unit programs $(BUILD)/bin/sim threads
	@$(MAKE) --no-print-directory units
	@$(MAKE) --no-print-directory SANITIZE=1 BUILD=$(BUILD)-asan programs $(BUILD)-asan/bin/sim \
		$(LAB_TOOLS:$(BUILD)/%=$(BUILD)-asan/%) $(BUILD)-asan/bin/xfrm-check units
	@testing/check-memory.sh $(BUILD) $(BUILD)-asan $(BUILD)-tsan

check-fresh:
	@mk/need.sh fresh
	@testing/fresh/check-fresh.sh

check:
	@testing/check.sh $(MAKE)

.PHONY: threads check-threads units check-layers check-unit check-sim sim sim-mutants check-lab check-interop check-mlkem kernel-2019 check-kernel-2019 demo check-memory check-fresh check
