/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints the SIP messages of a capture as the engine hears them, one a line:
 *
 *	sip_events FILE [KEYLOG [RSA-KEY]]
 *	NUMBER TAB METHOD-OR-STATUS TAB CALL-ID TAB CSEQ TAB CSEQ-METHOD
 *
 * NUMBER is the frame that completes the message.  What is absent is empty,
 * and bytes that are no printable ASCII are \xNN.  What is over TLS is read with
 * the key log (- for none), the key, and secrets in the file.  For sip_vs_tshark.py; exit
 * status 1 where the file cannot be read to its end, with why on stderr.
 */
#include "engine/engine.h"
#include "event.h"
#include "sip/msg.h"
#include "tls/keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
print_span(struct rs_span s)
{
	for (size_t i = 0; i < s.n; i++)
		printf(
		    s.p[i] >= ' ' && s.p[i] < 0x7f ? "%c" : "\\x%02x", s.p[i]);
}

static void
hear(void *arg, const struct rs_event *ev)
{
	(void)arg;
	if (ev->type != RS_EV_SIP_MESSAGE)
		return;
	const struct sip_msg *m = ev->u.sip_message;
	printf("%" PRIu64 "\t", rs_frame_number(ev->at.to));
	if (m->request)
		print_span(m->method_name);
	else
		printf("%u", m->status);
	printf("\t");
	print_span(sip_msg_header(m, SIP_HDR_CALL_ID));
	printf("\t");
	if (!(m->flaws & SIP_FLAW_NO_CSEQ))
		printf("%" PRIu32, m->cseq);
	printf("\t");
	print_span(m->cseq_method);
	printf("\n");
}

static void
ignore(void *arg, const struct rec_type *type, const void *rec)
{
	(void)arg;
	(void)type;
	(void)rec;
}

static struct tls_keys *
load_keys(int argc, char **argv)
{
	static const struct rs_hash_seed seed = {1, 2};
	struct tls_keylog_problem why;
	struct tls_keys *k = tls_keys_new(&seed);
	if (argc > 2 && strcmp(argv[2], "-") != 0 &&
	    !tls_keylog_load(k->log, argv[2], &why))
		fprintf(stderr, "%s: %s\n", argv[2], why.what);
	if (argc > 3 && (k->rsa = tls_rsa_key_load(argv[3], &why)) == NULL)
		fprintf(stderr, "%s: %s\n", argv[3], why.what);
	return k;
}

int
main(int argc, char **argv)
{
	const struct rs_sink events = {hear, NULL};
	const struct rec_sink records = {ignore, NULL};
	g_autoptr(GError) error = NULL;
	if (argc < 2)
		return 2;
	struct tls_keys *keys = load_keys(argc, argv);
	const struct cap_file_options how = {0};
	struct cap_source *source = cap_file_open(argv[1], &how, &error);
	struct related *related = related_new(NULL, 0);
	const struct engine_options o = {
	    .related = related, .keys = keys, .seed = 1, .events = &events};
	struct engine *e = engine_new(&o, &records);
	struct cap_frame f;
	enum cap_result r = CAP_ERROR;
	while (source && (r = source->next(source, &f, &error)) <= CAP_SECRETS)
		if (r == CAP_SECRETS)
			(void)tls_keylog_parse(keys->log, f.bytes, NULL);
		else
			engine_packet(e, &f);
	engine_finish(e);
	engine_free(e);
	related_free(related);
	tls_keys_free(keys);
	if (source)
		source->close(source);
	if (error)
		fprintf(stderr, "%s\n", error->message);
	return r != CAP_END;
}
