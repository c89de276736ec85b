# SPDX-License-Identifier: GPL-2.0-or-later
# Measurements. They say what they found; only what has to hold on any machine can fail.

FLOOD_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard testing/bench/flood/*.c)))
$(BUILD)/bin/flood: $(FLOOD_OBJ) $(call archives,$(STACK_pluto))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
DEPS += $(FLOOD_OBJ:.o=.d)

bench-flood: $(BUILD)/bin/flood
	@$(BUILD)/bin/flood $(T) $(BUILD)/bench-flood.json

.PHONY: bench-flood
