# SPDX-License-Identifier: GPL-2.0-or-later
# How everything is compiled. SANITIZE=1: ASan and UBSan; SANITIZE=thread: TSan. CC=clang works too. XDP=no: without the BPF
# program that spreads ESP over CPUs, and without what building it needs.

XDP ?= yes
PKGS = nss libevent_core libevent_pthreads libcap-ng libsystemd libmnl jansson \
	$(if $(filter yes,$(XDP)),libbpf)

# Packages come before pkg-config is asked anything.
ifeq ($(filter clean help check-layers,$(MAKECMDGOALS)),)
NEED := $(shell mk/need.sh build $(if $(filter yes,$(XDP)),xdp) >&2 && echo ok)
ifneq ($(NEED),ok)
$(error the packages of mk/packages/build are needed, and of mk/packages/xdp but with XDP=no)
endif
PKG_CFLAGS := $(subst -I,-isystem ,$(shell pkg-config --cflags $(PKGS)))
PKG_LIBS   := $(shell pkg-config --libs $(PKGS))
endif

WARN = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef $(if $(NO_WERROR),,-Werror)
HARDEN = -fstack-protector-strong -fPIE -fno-strict-aliasing -fcf-protection
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Iinclude -Ilib -Iprograms -I$(BUILD)/gen $(PKG_CFLAGS) \
	$(WARN) $(HARDEN) -pthread $(CFLAGS)
ALL_LDFLAGS = -pie -pthread -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(LDFLAGS)

ifeq ($(SANITIZE),thread)
ALL_CFLAGS += -fsanitize=thread -fno-omit-frame-pointer -DCYGNET_SANITIZED
ALL_LDFLAGS += -fsanitize=thread
else ifdef SANITIZE
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -DCYGNET_SANITIZED
ALL_LDFLAGS += -fsanitize=address,undefined
else
ALL_CFLAGS += -D_FORTIFY_SOURCE=2
endif

# V=1 shows whole commands.
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $(2);)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
