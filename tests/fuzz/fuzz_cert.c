/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates, as handshakes show them: the first byte is the budget, then
 * each is two bytes of length and the DER.
 *
 * Beyond no crash: every text can be read to its end and is no longer than the
 * reader promises, times can be written, the same bytes are told the same
 * again, and the budget is back at zero.
 */
#include "report/out.h"
#include "tls/cert.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL = 6000, LARGE = 1 << 20, LONGEST = 2048 + 8 };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static uint64_t
mix(uint64_t sum, struct rs_span s)
{
	must(s.n <= LONGEST);
	for (size_t i = 0; i < s.n; i++)
		sum = (sum ^ s.p[i]) * 0x100000001b3u;
	return sum;
}

static uint64_t
digest(const struct tls_certificate_facts *f)
{
	char text[OUT_TIME_TEXT];
	uint64_t sum = f != NULL;
	if (f == NULL)
		return sum;
	const struct rs_span all[] = {
	    f->subject, f->issuer, f->serial, f->key, f->signature, f->sha256};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		sum = mix(sum, all[i]);
	must(f->sha256.n == 64);
	for (size_t i = 0; i < f->n_san; i++)
		sum = mix(sum, f->san[i]);
	if (f->not_before != RS_NEVER)
		must(format_time(text, f->not_before, 6) < sizeof text);
	if (f->not_after != RS_NEVER)
		must(format_time(text, f->not_after, 9) < sizeof text);
	return sum + f->self_signed;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const struct rs_hash_seed seed = {1, 2};
	struct rs_account pay;
	rs_account_init(&pay, data[0] & 1 ? SMALL : LARGE);
	struct tls_cert_cache *c = tls_cert_cache_new(&seed, &pay);
	struct tls_certificate_reader r = tls_cert_cache_reader(c);
	data++;
	size--;
	while (size > 2) {
		size_t n = (size_t)data[0] << 8 | data[1];
		data += 2;
		size -= 2;
		n = n < size ? n : size;
		uint8_t *copy = malloc(n ? n : 1);
		must(copy != NULL);
		memcpy(copy, data, n);
		struct rs_span der = {copy, n};
		uint64_t first = digest(r.read(r.arg, der));
		must(digest(r.read(r.arg, der)) == first);
		must(pay.used <= pay.limit);
		free(copy);
		data += n;
		size -= n;
	}
	tls_cert_cache_free(c);
	must(pay.used == 0);
	return 0;
}
