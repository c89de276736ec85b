# SPDX-License-Identifier: GPL-2.0-or-later
# Where everything goes, and `make install` / `make uninstall`. Every path is a variable.

VERSION      = 0.1
SBINDIR     ?= $(PREFIX)/sbin
LIBEXECDIR  ?= $(PREFIX)/libexec/ipsec
MANDIR      ?= $(PREFIX)/share/man
DOCDIR      ?= $(PREFIX)/share/doc/cygnet
SYSCONFDIR  ?= /etc
RUNDIR      ?= /run/pluto
NSSDIR      ?= /var/lib/ipsec/nss
UNITDIR     ?= /lib/systemd/system
SYSUSERSDIR ?= /usr/lib/sysusers.d
DEFAULT_USER ?= cygnet

# Programs find one another beside their own executable, so these do not depend on PREFIX.
PATHS = -DVERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' -DRUNDIR='"$(RUNDIR)"' \
	-DNSSDIR='"$(NSSDIR)"' -DDEFAULT_USER='"$(DEFAULT_USER)"'
ALL_CFLAGS += $(PATHS)
SUBST = version=$(VERSION) sbindir=$(SBINDIR) libexecdir=$(LIBEXECDIR) sysconfdir=$(SYSCONFDIR) \
	rundir=$(RUNDIR) nssdir=$(NSSDIR) user=$(DEFAULT_USER) mandir=$(MANDIR)

# What names a path is made again when the path changes, and only then.
$(BUILD)/gen/paths: FORCE
	@mkdir -p $(@D)
	@echo "$(PATHS)" | cmp -s - $@ || echo "$(PATHS)" > $@
$(patsubst %.c,$(BUILD)/obj/%.o,$(shell grep -rlwE --include='*.c' \
	'VERSION|SYSCONFDIR|RUNDIR|NSSDIR|DEFAULT_USER' lib programs)): $(BUILD)/gen/paths
$(BUILD)/bin/ipsec: $(BUILD)/gen/paths

$(BUILD)/bin/gen-options: $(BUILD)/obj/mk/gen-options.o $(call archives,$(STACK_conf))
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
DEPS += $(BUILD)/obj/mk/gen-options.d

$(BUILD)/man/ipsec.conf.5: docs/ipsec.conf.5.in $(BUILD)/bin/gen-options
	@mkdir -p $(@D)
	$(BUILD)/bin/gen-options $< > $@

INSTALL  = install -D -m
TO       = $(DESTDIR)
MAN5     = ipsec.conf ipsec.secrets
MAN8     = ipsec ipsec-cpus ipsec-verify pluto whack
EXECS    = pluto whack addconn cpuview verify
# put TEMPLATE,MODE,PLACE: with its @NAMES@ replaced
put = mk/subst.sh $(SUBST) < $(1) > $(BUILD)/gen/put && $(INSTALL) $(2) $(BUILD)/gen/put $(TO)$(3)
# keep FILE,MODE,PLACE: what an administrator has there stays
keep = test -e $(TO)$(3) || $(INSTALL) $(2) $(1) $(TO)$(3)

install: programs $(BUILD)/man/ipsec.conf.5
	@$(call put,programs/ipsec/ipsec.in,755,$(SBINDIR)/ipsec)
	@for p in $(EXECS); do $(INSTALL) 755 $(BUILD)/bin/$$p $(TO)$(LIBEXECDIR)/$$p || exit; done
	@for p in $(MAN8); do $(INSTALL) 644 docs/$$p.8 $(TO)$(MANDIR)/man8/$$p.8 || exit; done
	@$(INSTALL) 644 $(BUILD)/man/ipsec.conf.5 $(TO)$(MANDIR)/man5/ipsec.conf.5
	@$(INSTALL) 644 docs/ipsec.secrets.5 $(TO)$(MANDIR)/man5/ipsec.secrets.5
	@$(INSTALL) 644 docs/control.md $(TO)$(DOCDIR)/control.md
	@$(call put,configs/ipsec.service.in,644,$(UNITDIR)/ipsec.service)
	@$(call put,configs/cygnet.sysusers,644,$(SYSUSERSDIR)/cygnet.conf)
	@install -d -m 700 $(TO)$(SYSCONFDIR)/ipsec.d
	@$(call keep,configs/ipsec.conf,644,$(SYSCONFDIR)/ipsec.conf)
	@$(call keep,configs/ipsec.secrets,600,$(SYSCONFDIR)/ipsec.secrets)
	@$(if $(DESTDIR),,mk/install-user.sh $(DEFAULT_USER) $(SYSUSERSDIR)/cygnet.conf)
	@echo "installed to $(TO)$(PREFIX); configuration in $(TO)$(SYSCONFDIR)"

# Configuration, keys and the user stay.
uninstall:
	@rm -f $(TO)$(SBINDIR)/ipsec $(EXECS:%=$(TO)$(LIBEXECDIR)/%) \
		$(MAN8:%=$(TO)$(MANDIR)/man8/%.8) $(MAN5:%=$(TO)$(MANDIR)/man5/%.5) \
		$(TO)$(DOCDIR)/control.md $(TO)$(UNITDIR)/ipsec.service \
		$(TO)$(SYSUSERSDIR)/cygnet.conf
	@rmdir $(TO)$(LIBEXECDIR) $(TO)$(DOCDIR) 2>/dev/null || :
	@echo "removed from $(TO)$(PREFIX); $(TO)$(SYSCONFDIR)/ipsec.* stays"

FORCE:
.PHONY: install uninstall FORCE
