/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which CPUs take a card's interrupts, by what /proc and /sys said on some machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "machine.h"

#define HEAD "           CPU0       CPU1       CPU2       CPU3\n"

static const char virtio[] =
	HEAD
	" 26:          0         15          0          0  IO-APIC   4-edge      ttyS0\n"
	" 28:          0          0          0          0 PCI-MSIX-0000:00:01.0   0-edge      virtio0-config\n"
	" 34:         52          0          0          0 PCI-MSIX-0000:00:05.0   1-edge      virtio4-input\n"
	" 37:          0          0          0          0 PCI-MSIX-0000:00:03.0   0-edge      virtio2-config\n"
	" 38:          0       3630          0          0 PCI-MSIX-0000:00:03.0   1-edge      virtio2-input.0\n"
	" 39:       2945          0          0          0 PCI-MSIX-0000:00:03.0   2-edge      virtio2-output.0\n"
	" 40:          0          0          9          0 PCI-MSIX-0000:00:03.0   3-edge      virtio2-input.1\n"
	" 41:          0          0          9          0 PCI-MSIX-0000:00:09.0   3-edge      virtio20-input.0\n"
	"NMI:          0          0          0          0   Non-maskable interrupts\n"
	"ERR:          0\n";

static const char ixgbe[] =
	HEAD
	" 28:          0          0          0          0   PCI-MSI 524288-edge      eth0-TxRx-0\n"
	" 29:          0          0          0          0   PCI-MSI 524289-edge      eth0-TxRx-1\n"
	" 30:          0          0          0          0   PCI-MSI 524290-edge      eth0\n"
	" 31:          0          0          0          0   PCI-MSI 524291-edge      eth01-TxRx-0\n"
	" 32:          0          0          0          0   PCI-MSI 524291-edge      i40e-eth1-TxRx-0\n";

static const char mlx5[] =
	HEAD
	" 28:          0          0          0          0 IR-PCI-MSI 12058624-edge      mlx5_async0@pci:0000:17:00.0\n"
	" 29:          0          0          0          0 IR-PCI-MSI 12058625-edge      mlx5_comp0@pci:0000:17:00.0\n"
	" 30:          0          0          0          0 IR-PCI-MSI 12058626-edge      mlx5_comp1@pci:0000:17:00.1\n";

static const char shared[] =
	HEAD
	" 16:          0          0          0          0   IO-APIC  16-fasteoi   uhci_hcd:usb1, eth0\n"
	" 17:          0          0          0          0   IO-APIC  17-fasteoi   eth0.5\n";

static const struct {
	const char *what, *interrupts, *device, *parent;
	const char *affinity[3]; /* of 28 + n, or as `first` says; NULL: there is no such file */
	unsigned first;
	uint32_t cpus;           /* bits */
} rows[] = {
	{ "two queues of virtio", virtio, "eth0", "virtio2", { "1\n", "0\n", "2\n" }, 38, 0x6 },
	{ "another one of which that begins so", virtio, "eth1", "virtio20", { "3\n" }, 41, 0x8 },
	{ "a card by its own name", ixgbe, "eth0", "0000:01:00.0", { "0\n", "2-3\n", "1\n" }, 28,
	  0xd },
	{ "with the driver's name before it", ixgbe, "eth1", "0000:01:00.1", { "3\n" }, 32, 0x8 },
	{ "a card by its place", mlx5, "ens3np0", "0000:17:00.0", { "0\n", "1\n", "2\n" }, 28,
	  0x2 },
	{ "one interrupt for all", shared, "eth0", "0000:00:0a.0", { "2\n" }, 16, 0x4 },
	{ "a device that is no card", virtio, "eth0", NULL, { "1\n", "0\n", "2\n" }, 38, 0 },
	{ "a card whose interrupts are not there", virtio, "eth0", "virtio7", { "1\n" }, 38, 0 },
	{ "names that say nothing", HEAD " 28: 0 0 0 0 PCI-MSI 1-edge ntfy-block.0@pci:0000:17:00.0\n",
	  "eth0", "0000:17:00.0", { "1\n" }, 28, 0 },
	{ "nobody knows which CPUs", virtio, "eth0", "virtio2", { NULL }, 38, 0 },
	{ "an affinity that is no list", virtio, "eth0", "virtio2", { "all\n", "0\n", "\n" }, 38, 0 },
	{ "no interrupts at all", NULL, "eth0", "virtio2", { "1\n" }, 38, 0 },
	{ "lines without an end or a sense", " 38\n:\n 38: virtio2-input.0", "eth0", "virtio2",
	  { "1\n" }, 38, 0x2 },
};

static struct nic_source source;

static void make_machine(size_t row)
{
	machine_add_device(rows[row].device, rows[row].parent, 0);
	if (rows[row].interrupts != NULL)
		machine_write("interrupts", rows[row].interrupts);
	for (unsigned i = 0; i < 3 && rows[row].affinity[i] != NULL; i++)
		machine_set_affinity(rows[row].first + i, rows[row].affinity[i]);
}

static void the_cpus_of_a_card_are_those_of_its_receive_interrupts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static uint16_t ids[CPU_MAX];
		struct nic_facts facts;
		uint32_t cpus = 0, count;

		print_message("%s\n", rows[i].what);
		source = machine_new();
		make_machine(i);
		assert_int_equal(nic_read(&source, rows[i].device, &facts), 0);
		count = nic_receiving_cpus(&facts, ids);
		for (uint32_t k = 0; k < count; k++)
			cpus |= 1U << ids[k];
		assert_int_equal(cpus, rows[i].cpus);
		nic_facts_done(&facts);
		machine_free();
	}
}

static const struct {
	const char *what, *interrupts, *device, *parent;
	uint32_t queues[3]; /* of its interrupts in order */
	uint32_t count;
} names[] = {
	{ "virtio counts after a point", virtio, "eth0", "virtio2", { 0, 1 }, 2 },
	{ "Intel after a dash", ixgbe, "eth0", "0000:01:00.0", { 0, 1 }, 2 },
	{ "Mellanox before the place", mlx5, "ens3np0", "0000:17:00.0", { 0 }, 1 },
	{ "another port of that", mlx5, "ens3np1", "0000:17:00.1", { 1 }, 1 },
	{ "one for all", shared, "eth0", "0000:00:0a.0", { NIC_QUEUE_UNKNOWN }, 1 },
	{ "no number but the device's", HEAD " 28: 0 0 0 0 PCI-MSI 1-edge rx-eth0\n", "eth0",
	  "0000:17:00.0", { NIC_QUEUE_UNKNOWN }, 1 },
	{ "a number that no queue has", HEAD " 28: 0 0 0 0 PCI-MSI 1-edge eth0-rx-4096\n"
	  " 29: 0 0 0 0 PCI-MSI 1-edge eth0-rx-99999999999999999999\n", "eth0", "0000:17:00.0",
	  { NIC_QUEUE_UNKNOWN, NIC_QUEUE_UNKNOWN }, 2 },
};

static void the_queue_is_the_number_in_the_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct nic_facts facts;

		print_message("%s\n", names[i].what);
		source = machine_new();
		machine_add_device(names[i].device, names[i].parent, 0);
		machine_write("interrupts", names[i].interrupts);
		assert_int_equal(nic_read(&source, names[i].device, &facts), 0);
		assert_int_equal(facts.interrupt_count, names[i].count);
		for (uint32_t k = 0; k < names[i].count; k++)
			assert_int_equal(facts.interrupts[k].queue, names[i].queues[k]);
		nic_facts_done(&facts);
		machine_free();
	}
}

static void a_queue_has_a_cpu_where_there_is_one_interrupt_and_it_hits_one(void **state)
{
	struct nic_facts facts;
	uint16_t cpu = 77;

	(void)state;
	source = machine_new();
	machine_add_device("eth0", "virtio2", 0);
	machine_write("interrupts", virtio);
	machine_set_affinity(38, "1\n");
	machine_set_affinity(40, "0-3\n");
	assert_int_equal(nic_read(&source, "eth0", &facts), 0);
	assert_false(nic_cpu_of_queue(&facts, 1, &cpu));
	assert_false(nic_cpu_of_queue(&facts, 2, &cpu));
	assert_int_equal(cpu, 77);
	assert_true(nic_cpu_of_queue(&facts, 0, &cpu));
	assert_int_equal(cpu, 1);
	facts.interrupts[1].queue = 0; /* two say that they are that queue's */
	assert_false(nic_cpu_of_queue(&facts, 0, &cpu));
	nic_facts_done(&facts);

	machine_add_device("eth1", "0000:00:0a.0", 0);
	machine_write("interrupts", HEAD " 16: 0 0 0 0 IO-APIC 16-fasteoi eth1\n");
	machine_set_affinity(16, "2\n");
	assert_int_equal(nic_read(&source, "eth1", &facts), 0);
	assert_true(nic_cpu_of_queue(&facts, 0, &cpu));
	assert_int_equal(cpu, 2);
	nic_facts_done(&facts);
	machine_free();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cpus_of_a_card_are_those_of_its_receive_interrupts),
		cmocka_unit_test(the_queue_is_the_number_in_the_name),
		cmocka_unit_test(a_queue_has_a_cpu_where_there_is_one_interrupt_and_it_hits_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
