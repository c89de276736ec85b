# SPDX-License-Identifier: GPL-2.0-or-later
# The real kernel, asked through the XFRM backend; run it as root: $(BUILD)/bin/xfrm-check

XFRM_CHECK_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard testing/kernel/*.c)))
$(BUILD)/bin/xfrm-check: $(XFRM_CHECK_OBJ) $(call archives,$(STACK_pluto))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
DEPS += $(XFRM_CHECK_OBJ:.o=.d)
