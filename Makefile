# SPDX-License-Identifier: GPL-2.0-or-later
# The only entry point. `make help` says what there is.

BUILD  ?= build$(if $(SANITIZE),$(if $(filter thread,$(SANITIZE)),-tsan,-asan))
PREFIX ?= /usr/local

all: programs

include mk/flags.mk
include mk/libs.mk
include mk/programs.mk
include mk/docs.mk
include mk/install.mk
include mk/check.mk
include testing/fuzz/fuzz.mk
include testing/kernel/kernel.mk
include testing/bench/bench.mk

-include $(DEPS)

help:
	@sed -n 's/^## \{0,1\}//p' mk/help.txt

clean:
	rm -rf build build-asan build-tsan

.PHONY: all help clean
.DELETE_ON_ERROR:
