/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/log_lease.h"

static uint8_t
option_of(struct rs_span name)
{
	static const struct {
		const char *name;
		uint8_t code;
	} rows[] = {{"netmask", 1}, {"router1", 3}, {"dns1", 6}, {"dns2", 6},
	    {"hostname", 12}, {"domain", 15}, {"ntpsvr1", 42}, {"ntpsvr2", 42},
	    {"option66", 66}, {"option125", 125}, {"tftpsvr1", 150},
	    {"tftpsvr2", 150}, {"option150", 150}, {"option159", 159},
	    {"option160", 160}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rs_span_eq(name, rs_span_str(rows[i].name)))
			return rows[i].code;
	return 0;
}

static bool
in_addresses(uint8_t code)
{
	return code == 1 || code == 3 || code == 6 || code == 42 || code == 150;
}

static void
add_option(struct log_lease *l, uint8_t code, struct rs_span value)
{
	for (unsigned i = 0; i < l->n_options; i++) {
		struct log_kept *k = &l->options[i].value;
		if (l->options[i].code != code)
			continue;
		if (k->n + value.n <= LOG_KEPT && value.n)
			memcpy(k->p + k->n, value.p, value.n);
		if (k->n + value.n <= LOG_KEPT)
			k->n = (uint8_t)(k->n + value.n);
		return;
	}
	if (l->n_options == LOG_OPTIONS)
		return;
	l->options[l->n_options].code = code;
	l->options[l->n_options++].value = log_keep(value);
}

void
log_lease_line(
    struct log_lease *l, const struct log_fact *f, const struct rs_stamp *at)
{
	static const struct rs_addr none = {.family = 4};
	struct rs_addr a;
	uint8_t code = option_of(f->name);
	if (!l->leasing) {
		l->leasing = true;
		l->from = l->to = *at;
		l->n_options = 0;
		l->leased = (struct rs_addr){0};
	}
	if (rs_span_eq(f->name, RS_LIT("ipaddr"))) {
		(void)rs_addr_parse(&l->leased, f->value);
		return;
	}
	/* 125 is in bytes, which the log has in no form that is known. */
	if (code == 0 || f->value.n == 0 || code == 125)
		return;
	if (!in_addresses(code)) {
		add_option(l, code, f->value);
	} else if (rs_addr_parse(&a, f->value) && a.family == 4 &&
		   !rs_addr_eq(&a, &none)) {
		add_option(l, code, (struct rs_span){a.b, 4});
	} else {
		return;
	}
	if (code == 66 || code == 150 || code == 159 || code == 160)
		l->to = *at;
}

/* "SEP00005E005306": phones are called by their hardware address. */
static struct rs_span
mac_of(const struct log_lease *l, uint8_t mac[6])
{
	for (unsigned i = 0; i < l->n_options; i++) {
		const struct log_kept *k = &l->options[i].value;
		if (l->options[i].code != 12 || k->n != 15 ||
		    memcmp(k->p, "SEP", 3) != 0)
			continue;
		for (unsigned n = 0; n < 6; n++) {
			int high = rs_ascii_hex(k->p[3 + 2 * n]);
			int low = rs_ascii_hex(k->p[4 + 2 * n]);
			if (high < 0 || low < 0)
				return (struct rs_span){NULL, 0};
			mac[n] = (uint8_t)(high << 4 | low);
		}
		return (struct rs_span){mac, 6};
	}
	return (struct rs_span){NULL, 0};
}

bool
log_lease_request(struct log_lease *l, struct log_wire *w, struct rs_stamp *at)
{
	uint8_t mac[6];
	if (!l->leasing || l->leased.family != 4)
		return false;
	*at = l->from;
	log_wire_dhcp(w, false, mac_of(l, mac), l->leased, ++l->xid);
	log_wire_option(w, 50, (struct rs_span){l->leased.b, 4});
	log_wire_dhcp_end(w);
	return true;
}

void
log_lease_ack(
    const struct log_lease *l, struct log_wire *w, struct rs_stamp *at)
{
	uint8_t mac[6];
	/* That line is what people look for. */
	*at = l->to;
	log_wire_dhcp(w, true, mac_of(l, mac), l->leased, l->xid);
	for (unsigned i = 0; i < l->n_options; i++)
		log_wire_option(
		    w, l->options[i].code, log_view(&l->options[i].value));
	log_wire_dhcp_end(w);
}
