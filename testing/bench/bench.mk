# SPDX-License-Identifier: GPL-2.0-or-later
# Measurements. They say what they found; only what has to hold on any machine can fail. What each
# of them found is in $(BUILD)/bench as well. `make bench-handshake N=1000` is a quick trial.

BENCH_N = $(if $(filter command line,$(origin N)),$(N))
$(BUILD)/obj/testing/bench/%.o: ALL_CFLAGS += -Itesting -Itesting/bench

FLOOD_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard testing/bench/flood/*.c)))
$(BUILD)/bin/flood: $(FLOOD_OBJ) $(call archives,$(STACK_pluto))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
DEPS += $(FLOOD_OBJ:.o=.d)

bench-flood: $(BUILD)/bin/flood
	@mkdir -p $(BUILD)/bench
	@$(BUILD)/bin/flood $(T) $(BUILD)/bench/flood.json

BENCH_COMMON := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard testing/bench/common/*.c)))
DEPS += $(BENCH_COMMON:.o=.d)

# Two engines in one process. What they spend in lib/crypto is counted on the way in.
HANDSHAKE_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard testing/bench/handshake/*.c)))
HANDSHAKE_WRAP = ke_start ke_respond ke_finish prf_compute prf_plus integ_compute aead_seal \
	aead_open sha1_digest crypto_random
$(BUILD)/bin/handshake: $(HANDSHAKE_OBJ) $(BENCH_COMMON) $(call archives,$(STACK_pluto))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) $(HANDSHAKE_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(PKG_LIBS)
DEPS += $(HANDSHAKE_OBJ:.o=.d)

bench-handshake: need-bench $(BUILD)/bin/handshake
	@mkdir -p $(BUILD)/bench
	@testing/bench/handshake/instructions.sh $(BUILD)/bin/handshake \
		$(BUILD)/bench/instructions.json
	@$(BUILD)/bin/handshake --json $(BUILD)/bench/handshake.json \
		--instructions $(BUILD)/bench/instructions.json $(BENCH_N)

CLONES_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,testing/bench/clones/main.c \
	testing/bench/handshake/gateways.c)
DEPS += $(CLONES_OBJ:.o=.d)
$(BUILD)/bin/bench-clones: $(CLONES_OBJ) $(BENCH_COMMON) $(call archives,$(STACK_pluto))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

bench-clones: $(BUILD)/bin/bench-clones
	@mkdir -p $(BUILD)/bench
	@$(BUILD)/bin/bench-clones --json $(BUILD)/bench/clones.json

# Real daemons, each in a network namespace of its own. This pluto times its callbacks.
DAEMON_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(filter-out %/timed.c,\
	$(wildcard testing/bench/daemon/*.c))))
TIMED_OBJ := $(BUILD)/obj/testing/bench/daemon/timed.o
DEPS += $(DAEMON_OBJ:.o=.d) $(TIMED_OBJ:.o=.d)
$(BUILD)/bin/pluto-timed: $(pluto_MAIN) $(TIMED_OBJ) $(call archives,$(STACK_pluto))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -Wl,--wrap=event_new -Wl,--wrap=bufferevent_setcb \
		-o $@ $^ $(PKG_LIBS)
$(BUILD)/bin/bench-daemon: $(DAEMON_OBJ) $(BENCH_COMMON) $(call archives,$(STACK_whack))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

bench-load bench-daemon: bench-%: need-bench programs $(BUILD)/bin/pluto-timed $(BUILD)/bin/bench-daemon
	@mkdir -p $(BUILD)/bench
	@$(BUILD)/bin/bench-daemon $* $(BUILD)/bin $(BUILD)/bench/$*.json $(BENCH_N)

# Two gateways in the guest, whose packets all arrive at one CPU: N rounds.
DATAPATH_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard testing/bench/datapath/*.c)))
DEPS += $(DATAPATH_OBJ:.o=.d)
$(BUILD)/bin/bench-datapath: $(DATAPATH_OBJ) $(BENCH_COMMON) $(call archives,$(STACK_whack))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

bench-datapath: need-lab programs $(LAB_TOOLS) $(BUILD)/bin/bench-datapath
	@$(LAB_ENV) testing/bench/datapath/datapath.sh $(BENCH_N)

# How fast SAs and policies get into the kernel: N tunnels of them.
KERNEL_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard testing/bench/kernel/*.c)))
DEPS += $(KERNEL_OBJ:.o=.d)
$(BUILD)/bin/bench-kernel: $(KERNEL_OBJ) $(BENCH_COMMON) $(call archives,$(STACK_pluto))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -Wl,--wrap=mnl_socket_sendto -o $@ $^ $(PKG_LIBS)

bench-kernel: need-lab $(BUILD)/bin/xfrm-dump $(BUILD)/bin/bench-kernel
	@$(LAB_ENV) testing/bench/kernel/kernel.sh $(BENCH_N)

# Other daemons and ours, N tunnels of each.
PEERS_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard testing/bench/peers/*.c)))
DEPS += $(PEERS_OBJ:.o=.d)
$(BUILD)/bin/bench-peers: $(PEERS_OBJ) $(BENCH_COMMON) $(call archives,$(STACK_pluto))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

bench-peers: need-lab need-interop programs $(LAB_TOOLS) $(BUILD)/bin/bench-peers
	@$(LAB_ENV) testing/bench/peers/peers.sh $(BENCH_N)

bench-plots: need-plots $(BUILD)/bench/datapath.table
	@gnuplot -e 'table="$(BUILD)/bench/datapath.table"; svg="$(BUILD)/bench/datapath.svg"' \
		testing/bench/datapath/plot.gp
	@echo $(BUILD)/bench/datapath.svg
$(BUILD)/bench/datapath.table:
	@$(MAKE) --no-print-directory bench-datapath

# One after the other.
bench:
	@for name in handshake clones load daemon kernel flood datapath peers; do \
		$(MAKE) --no-print-directory bench-$$name || exit; \
	done

.PHONY: bench bench-flood bench-handshake bench-clones bench-load bench-daemon bench-datapath \
	bench-kernel bench-peers bench-plots
