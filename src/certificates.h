/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the options say about certificates: against which store chains are
 * verified, and the folder to which those that are seen are written.
 */
#ifndef CERTIFICATES_H
#define CERTIFICATES_H

#include "options.h"
#include "tls/pem.h"

struct tls_trust;

struct certificates {
	struct tls_trust *trust;    /* NULL: chains are not verified */
	struct tls_pem_writer *pem; /* NULL: certificates are not written */
	struct rs_sink sink;        /* the writer's */
};

/* The store; false and error where a part of it cannot be read. */
bool certificates_load(
    struct certificates *c, const struct options *o, GError **error);
/* The folder; after privileges are gone. */
bool certificates_open(
    struct certificates *c, const struct options *o, GError **error);
/* Who hears of certificates, or NULL; lent. */
const struct rs_sink *certificates_sink(const struct certificates *c);
/* False, and a line on stderr, where one could not be written. */
bool certificates_written(
    const struct certificates *c, const struct options *o);
void certificates_clear(struct certificates *c);

#endif
