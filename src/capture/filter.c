/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/filter.h"

#include <pcap/pcap.h>

enum { PROGRAMS = 8, SNAPLEN = 262144 };

struct program {
	int linktype;
	bool compiles;
	struct bpf_program code;
};

struct cap_filter {
	char *text;
	struct program programs[PROGRAMS];
	unsigned n;
};

static struct program *
compile(struct cap_filter *f, int linktype, GError **error)
{
	if (f->n == PROGRAMS)
		return NULL;
	struct program *p = &f->programs[f->n++];
	p->linktype = linktype;
	pcap_t *dead = pcap_open_dead(linktype, SNAPLEN);
	p->compiles =
	    pcap_compile(dead, &p->code, f->text, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!p->compiles)
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE,
		    "filter '%s': %s", f->text, pcap_geterr(dead));
	pcap_close(dead);
	return p;
}

struct cap_filter *
cap_filter_new(const char *text, GError **error)
{
	struct cap_filter *f = g_new0(struct cap_filter, 1);
	f->text = g_strdup(text);
	if (compile(f, DLT_EN10MB, error)->compiles)
		return f;
	cap_filter_free(f);
	return NULL;
}

void
cap_filter_free(struct cap_filter *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->n; i++)
		if (f->programs[i].compiles)
			pcap_freecode(&f->programs[i].code);
	g_free(f->text);
	g_free(f);
}

bool
cap_filter_match(struct cap_filter *f, const struct cap_frame *frame)
{
	struct program *p = NULL;
	for (unsigned i = 0; i < f->n && p == NULL; i++)
		if (f->programs[i].linktype == frame->linktype)
			p = &f->programs[i];
	if (p == NULL)
		p = compile(f, frame->linktype, NULL);
	if (p == NULL || !p->compiles)
		return false;
	const struct pcap_pkthdr h = {
	    .caplen = (bpf_u_int32)frame->bytes.n, .len = frame->wire_len};
	return pcap_offline_filter(&p->code, &h, frame->bytes.p) != 0;
}
