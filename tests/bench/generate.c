/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generate - write a large capture for make bench and make load.
 *
 *	generate WORKLOAD --size MB --seed N --out FILE [--cert DER[,DER...]]...
 *
 * The same options give the same bytes.  Every --cert is the chain of one
 * server, its own certificate first; they are taken in turn.
 */
#include "gen.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct options {
	uint64_t megabytes, seed;
	const char *out;
	const char *certs[GEN_CHAINS];
	size_t n_certs;
};

/*
 * As after an outage: all come within a minute.  How many there are sets how
 * fast a capture grows: 200 MB are three to four minutes, long enough for
 * what an analyzer keeps to reach its full size.
 */
static const struct gen_town storm = {20000, 60 * GEN_SEC};
static const struct gen_town small_storm = {10000, 60 * GEN_SEC};

static void
udp_storm(struct gen *g)
{
	phones_udp(g, &storm);
}

static void
tcp_storm(struct gen *g)
{
	phones_tcp(g, &small_storm);
}

static void
tls_storm(struct gen *g)
{
	phones_tls(g, &small_storm);
}

static const struct workload {
	const char *name;
	void (*plant)(struct gen *g);
	bool certs;
} workloads[] = {
    {"udp-storm", udp_storm, false},
    {"tcp-storm", tcp_storm, false},
    {"tls", tls_storm, true},
    {"foreign", foreign, true},
    {"flood", flood, false},
    {"syns", load_syns, false},
    {"datagrams", load_datagrams, false},
    {"requests", load_requests, false},
    {"refusals", load_refusals, false},
    {"tiny-segments", load_tiny_segments, false},
    {"fragments", load_fragments, false},
    {"questions", load_questions, false},
    {"discovers", load_discovers, false},
    {"read-requests", load_read_requests, false},
    {"clocks", load_clocks, false},
    {"neighbours", load_neighbours, false},
    {"announcements", load_announcements, false},
};

#define N_WORKLOADS (sizeof workloads / sizeof *workloads)

static _Noreturn void
usage(void)
{
	fputs("usage: generate WORKLOAD --size MB --seed N --out FILE"
	      " [--cert DER[,DER...]]...\nworkloads:",
	    stderr);
	for (size_t i = 0; i < N_WORKLOADS; i++)
		fprintf(stderr, " %s", workloads[i].name);
	fputs("\n", stderr);
	exit(2);
}

static _Noreturn void
fail(const char *file, const char *why)
{
	fprintf(stderr, "generate: %s: ", file);
	if (why != NULL)
		fprintf(stderr, "%s\n", why);
	else
		perror(NULL);
	exit(1);
}

static uint64_t
number(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value > 1000000)
		usage();
	return value;
}

static void
options_parse(struct options *o, int argc, char **argv)
{
	static const struct option list[] = {
	    {"size", required_argument, NULL, 's'},
	    {"seed", required_argument, NULL, 'n'},
	    {"out", required_argument, NULL, 'o'},
	    {"cert", required_argument, NULL, 'c'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (option == 's')
			o->megabytes = number(optarg);
		else if (option == 'n')
			o->seed = number(optarg);
		else if (option == 'o')
			o->out = optarg;
		else if (option == 'c' && o->n_certs < GEN_CHAINS)
			o->certs[o->n_certs++] = optarg;
		else
			usage();
	}
	if (optind + 1 != argc || o->out == NULL || o->megabytes == 0)
		usage();
}

static void
chain_add(struct gen_chain *chain, const char *file)
{
	uint8_t der[5000];
	FILE *f = fopen(file, "rb");
	size_t n;

	if (f == NULL)
		fail(file, NULL);
	n = fread(der, 1, sizeof der, f);
	fclose(f);
	/* A SEQUENCE with two bytes of length: what certificates are. */
	if (n < 4 || der[0] != 0x30 || der[1] != 0x82 ||
	    n != 4 + ((size_t)der[2] << 8 | der[3]))
		fail(file, "not a certificate in DER");
	if (chain->n + n > 12000)
		fail(file, "the chain is too long");
	chain->bytes = realloc(chain->bytes, chain->n + 3 + n);
	if (chain->bytes == NULL)
		fail(file, NULL);
	chain->bytes[chain->n] = 0;
	chain->bytes[chain->n + 1] = (uint8_t)(n >> 8);
	chain->bytes[chain->n + 2] = (uint8_t)n;
	memcpy(chain->bytes + chain->n + 3, der, n);
	chain->n += 3 + n;
}

static void
chain_read(struct gen_chain *chain, const char *files)
{
	char *list = strdup(files);

	if (list == NULL)
		fail(files, NULL);
	for (char *file = strtok(list, ","); file != NULL;
	     file = strtok(NULL, ","))
		chain_add(chain, file);
	free(list);
	if (chain->n == 0)
		usage();
}

int
main(int argc, char **argv)
{
	struct options o = {.seed = 1};
	const struct workload *w = NULL;
	struct gen g;
	FILE *out;

	options_parse(&o, argc, argv);
	for (size_t i = 0; i < N_WORKLOADS; i++) {
		if (strcmp(workloads[i].name, argv[optind]) == 0)
			w = &workloads[i];
	}
	if (w == NULL || (w->certs && o.n_certs == 0))
		usage();
	out = fopen(o.out, "wb");
	if (out == NULL)
		fail(o.out, NULL);
	gen_open(&g, out, o.megabytes * 1000000, o.seed);
	for (size_t i = 0; i < o.n_certs; i++)
		chain_read(&g.chains[g.n_chains++], o.certs[i]);
	w->plant(&g);
	gen_run(&g);
	if (fclose(out) != 0 || g.failed)
		fail(o.out, NULL);
	printf("%s: %" PRIu64 " packets, %" PRIu64 " bytes, %" PRId64
	       ".%06" PRId64 " s\n",
	    o.out, g.packets, g.written, g.now / GEN_SEC, g.now % GEN_SEC);
	gen_close(&g);
	return 0;
}
