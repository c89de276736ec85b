/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <nss.h>
#include <pk11pub.h>
#include <secmod.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "vectors.h"

/* A process starts the provider once, so each of these gets a process of its own. */
struct start_case {
	const char *nss_dir;
	enum crypto_start_result result;
	const char *why_has; /* NULL: nothing is said */
};

static bool hashes_work(void)
{
	struct bytes text = bytes_of_text("abc");
	uint8_t digest[SHA1_LEN];

	return sha1_digest(&text, 1, digest) == CRYPTO_OK && digest[0] == 0xa9;
}

static bool database_is_read_only(void)
{
	PK11SlotInfo *slot = PK11_GetInternalKeySlot();
	bool read_only = slot != NULL && PK11_IsReadOnly(slot);

	if (slot != NULL)
		PK11_FreeSlot(slot);
	return read_only;
}

static bool start_is_right(const struct start_case *c)
{
	char why[PATH_MAX + 200] = "";
	enum crypto_start_result result;
	bool right;

	result = crypto_start(c->nss_dir, why, sizeof(why));
	right = result == c->result && (why[0] != '\0') == (c->why_has != NULL) &&
		(c->why_has == NULL || strstr(why, c->why_has) != NULL);
	if (result != CRYPTO_NOT_STARTED)
		right = right && hashes_work();
	if (result == CRYPTO_STARTED)
		right = right && database_is_read_only();
	crypto_stop();
	if (!right)
		fprintf(stderr, "result %d, why \"%s\"\n", result, why);
	return right;
}

/*
 * Where a process ends, valgrind and LeakSanitizer look for leaks. NSS does not free all it had
 * when it fails to start, so there another program takes the process over first.
 */
static void start_and_exit(const struct start_case *c)
{
	bool right = start_is_right(c);

	if (c->result == CRYPTO_NOT_STARTED && right)
		execlp("true", "true", (char *)NULL);
	exit(right ? 0 : 1);
}

static void start_check(const struct start_case *c)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		start_and_exit(c);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_without_a_folder(void **state)
{
	(void)state;

	start_check(&(struct start_case) { .result = CRYPTO_STARTED_WITHOUT_DATABASE });
}

static void test_with_a_folder_that_has_no_database(void **state)
{
	const char *dir = *state;

	start_check(&(struct start_case) { .nss_dir = dir,
					   .result = CRYPTO_STARTED_WITHOUT_DATABASE });
	start_check(&(struct start_case) { .nss_dir = "/nowhere/at/all",
					   .result = CRYPTO_STARTED_WITHOUT_DATABASE });
}

static void file_path(const char *dir, const char *name, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/%s", dir, name);

	assert_true(n > 0 && n < PATH_MAX);
}

/* Deleting NSS's internal module is how the mode is changed: the other one takes its place. */
static bool fips_switch(void)
{
	return SECMOD_DeleteInternalModule(SECMOD_GetInternalModule()->commonName) == SECSuccess;
}

static bool database_make(const char *dir, bool fips)
{
	char config[PATH_MAX + 8];

	snprintf(config, sizeof(config), "sql:%s", dir);
	return NSS_InitReadWrite(config) == SECSuccess && (!fips || fips_switch()) &&
	       NSS_Shutdown() == SECSuccess;
}

static void database_new(const char *dir, bool fips)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(database_make(dir, fips) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void test_with_a_database_that_stays_as_it_is(void **state)
{
	const char *dir = *state;
	struct stat before, after;
	char path[PATH_MAX];

	database_new(dir, false);
	file_path(dir, "cert9.db", path);
	assert_int_equal(stat(path, &before), 0);
	start_check(&(struct start_case) { .nss_dir = dir, .result = CRYPTO_STARTED });
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void test_with_a_database_that_is_rubbish(void **state)
{
	const char *dir = *state;
	char path[PATH_MAX];
	FILE *f;

	file_path(dir, "cert9.db", path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs("this is not a database, and long enough to tell", f) >= 0);
	assert_int_equal(fclose(f), 0);
	start_check(&(struct start_case) { .nss_dir = dir, .result = CRYPTO_NOT_STARTED,
					   .why_has = dir });
}

static void test_with_a_database_that_cannot_be_read(void **state)
{
	const char *dir = *state;
	char path[PATH_MAX];

	file_path(dir, "cert9.db", path);
	assert_int_equal(symlink("cert9.db", path), 0); /* ELOOP, for root as well */
	start_check(&(struct start_case) { .nss_dir = dir, .result = CRYPTO_NOT_STARTED,
					   .why_has = "cannot read" });
}

static void test_with_a_path_that_is_too_long(void **state)
{
	char path[PATH_MAX + 1];
	(void)state;

	memset(path, 'x', PATH_MAX);
	path[PATH_MAX] = '\0';
	start_check(&(struct start_case) { .nss_dir = path, .result = CRYPTO_NOT_STARTED,
					   .why_has = "too long" });
}

static void test_fips_mode_is_refused(void **state)
{
	const char *dir = *state;

	database_new(dir, true);
	start_check(&(struct start_case) { .nss_dir = dir, .result = CRYPTO_NOT_STARTED,
					   .why_has = "FIPS" });
}

static void test_stop_without_start_is_harmless(void **state)
{
	pid_t child = fork();
	int status = 0;
	(void)state;

	assert_true(child >= 0);
	if (child == 0) {
		crypto_stop();
		exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static int folder_new(void **state)
{
	const char *top = getenv("TMPDIR");
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/test_start.XXXXXX", top == NULL ? "/tmp" : top);

	if (n < 0 || (size_t)n >= sizeof(path) || mkdtemp(path) == NULL)
		return -1;
	*state = strdup(path);
	return *state == NULL ? -1 : 0;
}

static int folder_done(void **state)
{
	static const char *const files[] = { "cert9.db", "key4.db", "pkcs11.txt" };
	char *dir = *state;
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		file_path(dir, files[i], path);
		(void)unlink(path);
	}
	if (rmdir(dir) < 0)
		return -1;
	free(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_folder),
		cmocka_unit_test_setup_teardown(test_with_a_folder_that_has_no_database, folder_new,
						folder_done),
		cmocka_unit_test_setup_teardown(test_with_a_database_that_stays_as_it_is,
						folder_new, folder_done),
		cmocka_unit_test_setup_teardown(test_with_a_database_that_is_rubbish, folder_new,
						folder_done),
		cmocka_unit_test_setup_teardown(test_with_a_database_that_cannot_be_read,
						folder_new, folder_done),
		cmocka_unit_test(test_with_a_path_that_is_too_long),
		cmocka_unit_test_setup_teardown(test_fips_mode_is_refused, folder_new, folder_done),
		cmocka_unit_test(test_stop_without_start_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
