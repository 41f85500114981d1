/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A main for fuzz targets, so that any compiler runs the corpus and one input
 * can be looked at in a debugger.  Arguments are files or folders; without
 * any, it is the target's own corpus: fuzz_x reads tests/fuzz/corpus/x below
 * $srcdir.  Prints TAP; a crash is the failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned number;

static int
run_file(const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		printf("not ok %u - %s: cannot be read\n", ++number, path);
		return 1;
	}
	size_t n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	/* a copy of its own size, so that sanitizers see over-reads */
	uint8_t *copy = malloc(n ? n : 1);
	if (copy == NULL)
		return 1;
	memcpy(copy, bytes, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	printf("ok %u - %s\n", ++number, path);
	fflush(stdout);
	return 0;
}

static int
run(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), bad = 0;
	if (n < 0)
		return run_file(path);
	for (int i = 0; i < n; i++) {
		char file[4096];
		snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			bad |= run_file(file);
		free(names[i]);
	}
	free(names);
	return bad;
}

int
main(int argc, char **argv)
{
	int bad = 0;
	for (int i = 1; i < argc; i++)
		bad |= run(argv[i]);
	if (argc < 2) {
		const char *srcdir = getenv("srcdir");
		const char *name = strstr(argv[0], "fuzz_");
		const char *slash = strrchr(argv[0], '/');
		if (slash && strncmp(slash + 1, "fuzz_", 5) == 0)
			name = slash + 1;
		char corpus[4096];
		snprintf(corpus, sizeof corpus, "%s/tests/fuzz/corpus/%s",
		    srcdir ? srcdir : ".", name ? name + 5 : "");
		bad = run(corpus);
	}
	printf("1..%u\n", number);
	return bad || number == 0;
}
