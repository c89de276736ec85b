#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nss-features.sh OUT CC [FLAG...]: writes a header that says what this NSS has to compile with; OUT
# stays as it is when it says the same already.
set -eu

out=$1
shift
has=0
if "$@" -fsyntax-only -x c - 2>/dev/null <<-EOF; then
	#include <keyhi.h>
	#include <pk11pub.h>
	#include <pkcs11n.h>
	static KyberParams set = params_ml_kem768;
	int main(void)
	{
		return set == 0 || PK11_Encapsulate == 0 || PK11_Decapsulate == 0 ||
		       CKM_NSS_ML_KEM == 0;
	}
EOF
	has=1
fi
printf '#define NSS_HAS_ML_KEM %s\n' $has | cmp -s - "$out" && exit
mkdir -p "${out%/*}"
printf '#define NSS_HAS_ML_KEM %s\n' $has >"$out"
