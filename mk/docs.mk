# SPDX-License-Identifier: GPL-2.0-or-later
# `make docs`: all manual pages in one folder, where install.mk has the rule for ipsec.conf(5); and
# docs/state-machine.md anew, which is committed and which a unit test compares with the program.

$(BUILD)/bin/gen-states: $(BUILD)/obj/mk/gen-states.o $(call archives,$(STACK_ike))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
DEPS += $(BUILD)/obj/mk/gen-states.d

$(BUILD)/unit/ike/test_state_machine: | $(BUILD)/bin/gen-states

docs: $(BUILD)/man/ipsec.conf.5 $(BUILD)/bin/gen-states
	@cp docs/*.[58] $(BUILD)/man/
	@$(BUILD)/bin/gen-states > $(BUILD)/gen/state-machine.md
	@cp $(BUILD)/gen/state-machine.md docs/
	@echo "manual pages, for man -l:" $(BUILD)/man/*.[58]

.PHONY: docs
