# SPDX-License-Identifier: GPL-2.0-or-later
# One archive per library of lib/, and what each stands on (mk/check-layers.sh enforces it).

LIBS = base net nic crypto wire conf ike control

define library
$(1)_OBJ := $$(patsubst %.c,$$(BUILD)/obj/%.o,$$(sort $$(wildcard lib/$(1)/*.c lib/$(1)/*/*.c lib/$(1)/*/*/*.c)))
$$(BUILD)/lib/lib$(1).a: $$($(1)_OBJ)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR,$$@)$$(AR) rcs $$@ $$^
DEPS += $$($(1)_OBJ:.o=.d)
endef
$(foreach l,$(LIBS),$(eval $(call library,$(l))))

# NSS may be another one than the last time.
$(BUILD)/gen/nss_features.h: FORCE
	@mk/nss-features.sh $@ $(CC) $(PKG_CFLAGS)
$(BUILD)/obj/lib/crypto/ke/mlkem.o $(BUILD)/obj/lib/crypto/ke/missing.o: \
	$(BUILD)/gen/nss_features.h

archives = $(foreach l,$(1),$(BUILD)/lib/lib$(l).a)

STACK_base    = base
STACK_net     = net base
STACK_nic     = nic net base
STACK_crypto  = crypto base
STACK_wire    = wire net base
STACK_conf    = conf net crypto base
STACK_ike     = ike wire conf net crypto base
STACK_control = control base
