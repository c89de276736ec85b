# SPDX-License-Identifier: GPL-2.0-or-later
# The programs: pluto, whack, addconn, and the ipsec script.

pluto_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(filter-out programs/pluto/main.c \
	programs/pluto/steer/xdp$(if $(filter yes,$(XDP)),_missing).c,\
	$(wildcard programs/pluto/*.c programs/pluto/*/*.c))))
$(BUILD)/lib/libpluto.a: $(pluto_OBJ) $(BUILD)/gen/with_xdp
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $(pluto_OBJ)

# With or without may be other than the last time.
$(BUILD)/gen/with_xdp: FORCE
	@mkdir -p $(@D)
	@echo $(XDP) | cmp -s - $@ || echo $(XDP) >$@

# The program for the kernel, as bytes in ours: a gateway needs no compiler, nor a file beside pluto.
BPF_CLANG ?= clang
BPF_SRC = programs/pluto/steer/bpf
$(BUILD)/bpf/steer.o: $(BPF_SRC)/steer.bpf.c $(BPF_SRC)/layout.h
	@mkdir -p $(@D)
	$(call say,BPF,$<)$(BPF_CLANG) -target bpf -O2 -g -Wall -Wextra -Werror -Iprograms \
		$(addprefix -idirafter ,$(wildcard /usr/include/*-linux-gnu)) -c -o $@ $<
$(BUILD)/gen/steer_object.h: $(BUILD)/bpf/steer.o
	@mkdir -p $(@D)
	$(call say,GEN,$@)od -v -An -tx1 $< | sed -e 's/ \(..\)/0x\1,/g' >$@
$(BUILD)/obj/programs/pluto/steer/xdp.o: $(BUILD)/gen/steer_object.h

# What clients share, and of a program all but its main.c, which unit tests link.
define part
$(1)_OBJ := $$(patsubst %.c,$$(BUILD)/obj/%.o,$$(sort $$(filter-out %/main.c,\
	$$(wildcard programs/$(1)/*.c programs/$(1)/*/*.c))))
$$(BUILD)/lib/lib$(1).a: $$($(1)_OBJ)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR,$$@)$$(AR) rcs $$@ $$^
DEPS += $$($(1)_OBJ:.o=.d)
endef
$(foreach p,client facts cpuview verify,$(eval $(call part,$(p))))

STACK_pluto = pluto ike control wire conf nic net crypto base
STACK_whack = client control conf net crypto base
STACK_cpuview = cpuview client facts nic control base
STACK_verify = verify client facts $(STACK_pluto)
STACK_addconn = client control conf net crypto base

define program
$(1)_MAIN := $$(patsubst %.c,$$(BUILD)/obj/%.o,$(2))
$$(BUILD)/bin/$(1): $$($(1)_MAIN) $$(call archives,$$(STACK_$(1)))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(PKG_LIBS)
DEPS += $$($(1)_MAIN:.o=.d)
endef
$(eval $(call program,pluto,programs/pluto/main.c))
$(eval $(call program,whack,$(wildcard programs/whack/*.c)))
$(eval $(call program,cpuview,programs/cpuview/main.c))
$(eval $(call program,verify,programs/verify/main.c))
$(eval $(call program,addconn,$(wildcard programs/addconn/*.c)))
DEPS += $(pluto_OBJ:.o=.d)

# In the build tree the script finds the programs beside itself.
$(BUILD)/bin/ipsec: programs/ipsec/ipsec.in mk/subst.sh
	@mkdir -p $(@D)
	$(call say,GEN,$@)mk/subst.sh libexecdir=$(abspath $(BUILD)/bin) $(SUBST) < $< > $@
	@chmod 755 $@

programs: $(addprefix $(BUILD)/bin/,pluto whack addconn cpuview verify ipsec)

.PHONY: programs
