# SPDX-License-Identifier: GPL-2.0-or-later
# `make fuzz T=60`: every testing/fuzz/fuzz_NAME.c for T seconds, or with FUZZ="NAME NAME" those,
# over the library NAME and what it stands on, beginning with what testing/fuzz/seeds/seeds_NAME.c
# writes. One that is not about the library of its name says here over which it is, and with which
# files besides.

T ?= 60
FUZZ = $(patsubst testing/fuzz/fuzz_%.c,%,$(sort $(wildcard testing/fuzz/fuzz_*.c)))
FUZZ_SEEDS = $(patsubst testing/fuzz/seeds/seeds_%.c,%,\
	$(sort $(wildcard testing/fuzz/seeds/seeds_*.c)))

FUZZ_OVER_control = $(STACK_pluto)
FUZZ_OVER_engine  = $(STACK_ike)
FUZZ_OVER_keeper  = $(STACK_pluto)
FUZZ_OVER_netlink = $(STACK_pluto)
FUZZ_OVER_secrets = $(STACK_conf)
FUZZ_OVER_sk      = $(STACK_ike)

FUZZ_WITH_fuzz_conf    = testing/fuzz/files
FUZZ_WITH_fuzz_secrets = testing/fuzz/files
FUZZ_WITH_fuzz_engine  = $(patsubst %.c,%,$(wildcard testing/fuzz/engine/*.c)) \
	$(addprefix testing/unit/pair/,engine_pair kernel_double fragment_maker)
FUZZ_WITH_fuzz_keeper  = $(patsubst %.c,%,$(wildcard testing/fuzz/keeper/*.c))
FUZZ_WITH_fuzz_netlink = $(patsubst %.c,%,$(wildcard testing/fuzz/netlink/*.c))
FUZZ_WITH_seeds_netlink = testing/fuzz/netlink/answers testing/fuzz/netlink/changes
FUZZ_WITH_fuzz_sk      = testing/fuzz/bodies
FUZZ_WITH_fuzz_wire    = testing/fuzz/bodies

# Seeds out of the simulation's traffic.
FUZZ_TRAFFIC = testing/fuzz/seeds/traffic \
	$(patsubst %.c,%,$(filter-out testing/sim/main.c,$(SIM_SRC)))
FUZZ_FROM_TRAFFIC = engine sk wire
$(foreach f,$(FUZZ_FROM_TRAFFIC),$(eval FUZZ_WITH_seeds_$(f) = $(FUZZ_TRAFFIC)) \
	$(eval FUZZ_OVER_seeds_$(f) = $(STACK_pluto)) \
	$(eval FUZZ_LIBS_seeds_$(f) = -Wl,--wrap=tap_read $(SIM_WRAP:%=-Wl,--wrap=%)))
FUZZ_WITH_seeds_engine += testing/fuzz/engine/program
$(BUILD)/obj/testing/fuzz/seeds/%.o: ALL_CFLAGS += -Itesting
$(BUILD)/obj/testing/fuzz/%.o: ALL_CFLAGS += -Itesting/unit -Itesting

FUZZ_LIBS_fuzz_engine  = -lcmocka -Wl,--wrap=crypto_job_run
FUZZ_FILES_WRAP = -Wl,--wrap=open -Wl,--wrap=glob -Wl,--wrap=globfree
FUZZ_LIBS_fuzz_conf    = $(FUZZ_FILES_WRAP)
FUZZ_LIBS_fuzz_secrets = $(FUZZ_FILES_WRAP)
FUZZ_KEEPER_WRAP = kill child_start keeper_load steering_add steering_remove \
	steering_write_counters
FUZZ_LIBS_fuzz_keeper  = $(FUZZ_KEEPER_WRAP:%=-Wl,--wrap=%)
# The kernel of fuzz_netlink is testing/fuzz/netlink/answers.c.
FUZZ_NETLINK_WRAP = recvmsg setsockopt mnl_socket_open2 mnl_socket_bind mnl_socket_close \
	mnl_socket_get_fd mnl_socket_sendto
FUZZ_LIBS_fuzz_netlink = $(FUZZ_NETLINK_WRAP:%=-Wl,--wrap=%)

# fuzz_binary NAME,SOURCE,OBJECTS BESIDES,LDFLAGS
define fuzz_binary
FUZZ_OBJ_$(1) = $$(patsubst %,$$(BUILD)/obj/%.o,$(2) $(3) $$(FUZZ_WITH_$(1)))
$$(BUILD)/bin/$(1): $$(FUZZ_OBJ_$(1)) \
		$$(call archives,$$(or $$(FUZZ_OVER_$(1)),\
			$$(FUZZ_OVER_$(word 2,$(subst _, ,$(1)))),\
			$$(STACK_$(word 2,$(subst _, ,$(1))))))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(ALL_LDFLAGS) $(4) -o $$@ $$^ $$(PKG_LIBS) $$(FUZZ_LIBS_$(1))
DEPS += $$(FUZZ_OBJ_$(1):.o=.d)
endef
$(foreach f,$(FUZZ),$(eval $(call fuzz_binary,fuzz_$(f),testing/fuzz/fuzz_$(f),,-fsanitize=fuzzer)))
$(foreach f,$(FUZZ_SEEDS),$(eval $(call fuzz_binary,seeds_$(f),testing/fuzz/seeds/seeds_$(f),\
	testing/fuzz/seeds/seed_file,)))

fuzz-binaries: $(FUZZ:%=$(BUILD)/bin/fuzz_%) $(FUZZ_SEEDS:%=$(BUILD)/bin/seeds_%)

FUZZ_CLANG = +@$(MAKE) --no-print-directory CC=clang
FUZZ_BUILD = $(FUZZ_CLANG) SANITIZE=1 BUILD=$(BUILD)/fuzz CFLAGS="-O1 -g -fsanitize=fuzzer-no-link"

fuzz: need-analysis need-unit
	$(FUZZ_BUILD) fuzz-binaries
	@testing/fuzz/run each $(BUILD)/fuzz $(T) $(FUZZ)

# For as long as it takes that each has had T seconds in all; goes on where it was stopped.
fuzz-long: need-analysis need-unit
	$(FUZZ_BUILD) fuzz-binaries
	@testing/fuzz/run until $(BUILD)/fuzz $(T) $(FUZZ)

# What the corpora that those two have collected reach.
fuzz-coverage: need-analysis need-unit need-coverage
	$(FUZZ_CLANG) BUILD=$(BUILD)/coverage LDFLAGS=-fprofile-instr-generate \
		CFLAGS="-O1 -g -fprofile-instr-generate -fcoverage-mapping" \
		$(FUZZ:%=$(BUILD)/coverage/bin/fuzz_%)
	@testing/fuzz/coverage $(BUILD)/coverage $(BUILD)/fuzz/corpus $(FUZZ)

# Everything that is in C, by the other compiler.
BENCH_BIN = $(addprefix $(BUILD)/bin/,flood handshake bench-clones pluto-timed bench-daemon bench-datapath \
	bench-kernel bench-peers)
everything: programs units $(BUILD)/bin/sim $(BUILD)/bin/sim-size $(BUILD)/bin/xfrm-check \
	$(LAB_TOOLS) $(BENCH_BIN)

# What `make check` gives each.
check-fuzz: need-analysis need-unit
	$(FUZZ_CLANG) BUILD=$(BUILD)/clang everything
	@$(MAKE) --no-print-directory fuzz T=15

.PHONY: everything fuzz fuzz-binaries fuzz-long fuzz-coverage check-fuzz
