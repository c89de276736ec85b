/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which CPUs take a card's interrupts, by what /proc and /sys said on some machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "pluto/cpus/interrupts.h"

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

static char root[] = "/tmp/cygnet-interrupts.XXXXXX";

PRINTF_LIKE(1, 2) static const char *path(const char *format, ...)
{
	static char text[4][256];
	static unsigned turn;
	char *out = text[turn++ % 4];
	int len = snprintf(out, sizeof(text[0]), "%s/", root);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out + len, sizeof(text[0]) - (size_t)len, format, args);
	va_end(args);
	return out;
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void remove_all(void)
{
	char command[300];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'/*", root);
	assert_int_equal(system(command), 0);
}

static void make_machine(size_t row)
{
	static const char *const folders[] = { "irq", "class", "class/net", "bus" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		assert_int_equal(mkdir(path("%s", folders[i]), 0700), 0);
	assert_int_equal(mkdir(path("class/net/%s", rows[row].device), 0700), 0);
	if (rows[row].parent != NULL)
		assert_int_equal(symlink(path("bus/%s", rows[row].parent),
					 path("class/net/%s/device", rows[row].device)), 0);
	if (rows[row].interrupts != NULL)
		write_file(path("interrupts"), rows[row].interrupts);
	for (unsigned i = 0; i < 3 && rows[row].affinity[i] != NULL; i++) {
		assert_int_equal(mkdir(path("irq/%u", rows[row].first + i), 0700), 0);
		write_file(path("irq/%u/effective_affinity_list", rows[row].first + i),
			   rows[row].affinity[i]);
	}
}

static void the_cpus_of_a_card_are_those_of_its_receive_interrupts(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct ike_receivers found;
		uint32_t cpus = 0;

		print_message("%s\n", rows[i].what);
		found = (struct ike_receivers) { .count = 0 };
		make_machine(i);
		interrupts_find(root, root, rows[i].device, &found);
		for (uint32_t k = 0; k < found.count; k++)
			cpus |= 1U << found.cpus[k];
		assert_int_equal(cpus, rows[i].cpus);
		assert_string_equal(found.device, rows[i].device);
		remove_all();
	}
	assert_int_equal(rmdir(root), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cpus_of_a_card_are_those_of_its_receive_interrupts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
