/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NIC_PARTS_H
#define NIC_PARTS_H

#include "nic/nic.h"

/* What the driver says over ethtool's ioctl: driver and place, hash, key, table, fields, features, rules. */
void nic_read_driver(const struct nic_source *source, struct nic_facts *facts);
/* The interrupts for receiving, of a device whose name and place are known. */
void nic_read_interrupts(const struct nic_source *source, struct nic_facts *facts);

#endif
