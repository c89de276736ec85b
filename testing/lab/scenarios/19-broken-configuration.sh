# SPDX-License-Identifier: GPL-2.0-or-later
scenario "a broken ipsec.conf: the daemon stays up, loads nothing of it and keeps what it had"

both net_conn clones=2
net_conn clones=two | conf west
# What a file that is not read cannot say, the command line does.
start west --secretsfile $lab/west/ipsec.secrets --logfile $lab/west/pluto.log --nssdir $lab/west/nss
start east
assert_fails "up of what was not loaded" up west westnet-eastnet
assert_fails "checkconfig" ipsec west checkconfig
assert_ok "briefstatus" ipsec west briefstatus

net_conn clones=2 | conf west
assert_ok "add" ipsec west auto --add westnet-eastnet
net_conn clones=2 nonsense=yes | conf west
assert_fails "replace by a broken one" ipsec west auto --replace westnet-eastnet
assert_ok "up of what was there before" up west westnet-eastnet
set_is_up west 2

chmod 644 $lab/west/ipsec.secrets
assert_fails "rereadsecrets of a file that others can read" ipsec west rereadsecrets
chmod 600 $lab/west/ipsec.secrets
assert_ok "rereadsecrets" ipsec west rereadsecrets
stop west
stop east
kernel_is_empty west
kernel_is_empty east
