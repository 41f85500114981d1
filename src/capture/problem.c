/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/problem.h"

#include "capture/savefile.h"
#include "log/log.h"

#include <stdio.h>
#include <string.h>

/* A phone's cfg.xml has 130 KiB. */
enum { MOST = 4 << 20, BLOCK = 16384, DEEP = 16, VALUE = 512, FILES = 256 };

/* ---- what is kept ---- */

enum kind {
	WORDS, /* printable, and short */
	HOST,  /* with a port perhaps */
	URL,   /* its scheme and host */
	USER,
	TRANSPORT,
	MAC,
	SECONDS,
	YES,
};

struct known {
	const char *name; /* "Proxy_1_" without its number, of a line */
	enum kind kind;
	size_t offset, size;
	bool of_line;
};

#define PHONE(n, k, m)                                                         \
 {                                                                             \
  n, k, offsetof(struct cap_problem, m), sizeof(((struct cap_problem *)0)->m), \
      false                                                                    \
 }
#define LINE(n, k, m)                                                          \
 {                                                                             \
  n, k, offsetof(struct cap_problem_line, m),                                  \
      sizeof(((struct cap_problem_line *)0)->m), true                          \
 }
static const struct known table[] = {
    PHONE("Product_Name", WORDS, model),
    PHONE("Software_Version", WORDS, firmware),
    PHONE("MAC_Address", MAC, mac),
    PHONE("Current_Time", WORDS, clock),
    PHONE("Time_Zone", WORDS, zone),
    PHONE("Primary_NTP_Server", HOST, ntp),
    PHONE("Profile_Rule", URL, profile),
    PHONE("TLS_Min_Version", WORDS, tls_least),
    PHONE("TLS_Client_Min_Version", WORDS, tls_least),
    PHONE("Resync_On_Reset", YES, resync_on_reset),
    PHONE("Resync_Periodic", SECONDS, resync_every),
    LINE("User_ID", USER, user),
    LINE("Proxy", HOST, proxy),
    LINE("Outbound_Proxy", HOST, outbound),
    LINE("SIP_Transport", TRANSPORT, transport),
    LINE("Register_Expires", SECONDS, expires),
    LINE("Use_DNS_SRV", YES, use_srv),
    LINE("Use_Outbound_Proxy", YES, use_outbound),
    LINE("Register", YES, registers),
    LINE("Registration_State", WORDS, state),
};

void
cap_problem_init(struct cap_problem *p)
{
	*p = (struct cap_problem){.resync_every = -1};
	for (unsigned i = 0; i < PROBLEM_LINES; i++)
		p->lines[i].expires = -1;
}

void
cap_problem_clear(struct cap_problem *p)
{
	g_free(p->paths[0]);
	g_free(p->paths[1]);
	g_free(p->broken);
}

/* ---- values ---- */

static struct rs_span
leading(struct rs_span s, const char *others)
{
	size_t n = 0;
	while (n < s.n &&
	       (g_ascii_isalnum(s.p[n]) || (s.p[n] && strchr(others, s.p[n]))))
		n++;
	return rs_span_part(s, 0, n);
}

static void
keep(char *to, size_t size, struct rs_span s)
{
	if (s.n >= size)
		return; /* what is cut would be another */
	if (s.n)
		memcpy(to, s.p, s.n);
	to[s.n] = 0;
}

/* What stands before '@' may be a password, with whatever in it. */
static void
keep_host(char *to, size_t size, struct rs_span s)
{
	struct rs_span host = leading(s, ".-_:[]");
	if (memchr(s.p, '@', s.n))
		return;
	if (host.n == s.n || strchr(";,|/ ", host.p[host.n]))
		keep(to, size, host);
}

/* "[--key $B] https://user:pw@host/path"; a password may have a '/' that is not
   escaped, and then it looks like the host's port. */
static void
keep_url(char *to, size_t size, struct rs_span s)
{
	const char *at = g_strstr_len((const char *)s.p, (gssize)s.n, "://");
	if (at == NULL)
		return;
	size_t mark = (size_t)(at - (const char *)s.p), from = mark;
	while (from && g_ascii_isalpha(s.p[from - 1]))
		from--;
	struct rs_span rest = rs_span_from(s, mark + 3);
	struct rs_span authority = rest;
	authority.n = 0;
	while (authority.n < rest.n && !strchr("/?# |]", rest.p[authority.n]))
		authority.n++;
	struct rs_span path = rs_span_from(rest, authority.n);
	if (rs_span_find(path, '@') < rs_span_find(path, ' '))
		return;
	if (memchr(authority.p, '@', authority.n))
		authority =
		    rs_span_from(authority, rs_span_find(authority, '@') + 1);
	struct rs_span host = leading(authority, ".-_:$");
	if (from == mark || host.n == 0 || host.n != authority.n)
		return;
	char whole[VALUE];
	g_snprintf(whole, sizeof whole, "%.*s%.*s", (int)(mark + 3 - from),
	    (const char *)s.p + from, (int)host.n, (const char *)host.p);
	keep(to, size, rs_span_str(whole));
}

static void
keep_mac(char *to, size_t size, struct rs_span s)
{
	char digits[13] = "";
	unsigned n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (strchr(":-.", s.p[i]))
			continue;
		if (rs_ascii_hex(s.p[i]) < 0 || n == 12)
			return; /* redacted */
		digits[n++] = g_ascii_tolower((char)s.p[i]);
	}
	if (n == 12)
		g_snprintf(to, size, "%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", digits,
		    digits + 2, digits + 4, digits + 6, digits + 8,
		    digits + 10);
}

static void
keep_transport(char *to, size_t size, struct rs_span s)
{
	static const char *const words[] = {"udp", "tcp", "tls", "auto"};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (rs_span_eq_nocase(s, rs_span_str(words[i])))
			keep(to, size, rs_span_str(words[i]));
}

static void
store(const struct known *k, char *base, struct rs_span s)
{
	void *to = base + k->offset;
	uint32_t v;
	switch (k->kind) {
	case WORDS:
		if (leading(s, " .,-_:/()+").n == s.n)
			keep(to, k->size, s);
		break;
	case USER:
		if (leading(s, ".-_+").n == s.n)
			keep(to, k->size, s);
		break;
	case HOST:
		keep_host(to, k->size, s);
		break;
	case URL:
		keep_url(to, k->size, s);
		break;
	case TRANSPORT:
		keep_transport(to, k->size, s);
		break;
	case MAC:
		keep_mac(to, k->size, s);
		break;
	case SECONDS:
		if (rs_span_u32(s, &v))
			*(int64_t *)to = v;
		break;
	case YES:
		if (rs_span_eq_nocase(s, RS_LIT("yes")))
			*(enum rs_fact *)to = RS_TRUE;
		else if (rs_span_eq_nocase(s, RS_LIT("no")))
			*(enum rs_fact *)to = RS_FALSE;
		break;
	}
}

/* ---- elements ---- */

struct reading {
	struct cap_problem *p;
	const struct known
	    *open;     /* the element in hand; NULL: of no interest */
	unsigned line; /* whose it is, from 0 */
	unsigned depth;
	unsigned states; /* elements that say no number: one a line, in order */
	int at;          /* line of the file */
	char value[VALUE];
	size_t n;
	bool too_long;
};

/* "Proxy_1_": its name, and its number, from 1; 0: it has none. */
static struct rs_span
numbered(struct rs_span name, unsigned *number)
{
	size_t n = name.n;
	unsigned v = 0, unit = 1;
	*number = 0;
	if (n == 0 || name.p[n - 1] != '_')
		return name;
	for (n--; n && rs_ascii_digit(name.p[n - 1]) && unit < 1000; n--) {
		v += (unsigned)(name.p[n - 1] - '0') * unit;
		unit *= 10;
	}
	if (unit == 1 || n < 2 || name.p[n - 1] != '_')
		return name;
	*number = v;
	return rs_span_part(name, 0, n - 1);
}

/* group="Info/Ext_2_Status" */
static unsigned
number_of_group(const char **names, const char **values)
{
	for (; *names; names++, values++) {
		const char *ext = strstr(*values, "Ext_");
		if (strcmp(*names, "group") == 0 && ext &&
		    g_ascii_isdigit(ext[4]))
			return (unsigned)(ext[4] - '0');
	}
	return 0;
}

static const struct known *
find(struct rs_span name, bool of_line)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (table[i].of_line == of_line &&
		    rs_span_eq(name, rs_span_str(table[i].name)))
			return &table[i];
	return NULL;
}

static void
begin(GMarkupParseContext *x, const char *name, const char **names,
    const char **values, void *arg, GError **error)
{
	struct reading *r = arg;
	unsigned number;
	int column;
	struct rs_span bare = numbered(rs_span_str(name), &number);
	r->open = NULL;
	r->n = 0;
	r->too_long = false;
	if (++r->depth > DEEP) {
		g_set_error_literal(error, G_MARKUP_ERROR,
		    G_MARKUP_ERROR_INVALID_CONTENT, "too deep");
		return;
	}
	g_markup_parse_context_get_position(x, &r->at, &column);
	if (number == 0 && strcmp(name, "Registration_State") == 0) {
		number = number_of_group(names, values);
		r->states++;
		number = number ? number : r->states;
	}
	if (number && number <= PROBLEM_LINES)
		r->line = number - 1;
	else if (number)
		return;
	r->open = find(bare, number != 0);
}

static void
text(GMarkupParseContext *x, const char *s, gsize n, void *arg, GError **error)
{
	struct reading *r = arg;
	(void)x;
	(void)error;
	if (r->open == NULL)
		return;
	if (n > sizeof r->value - r->n) {
		r->too_long = true;
		return;
	}
	memcpy(r->value + r->n, s, n);
	r->n += n;
}

static void
end(GMarkupParseContext *x, const char *name, void *arg, GError **error)
{
	struct reading *r = arg;
	const struct known *k = r->open;
	struct cap_problem_line *l = &r->p->lines[r->line];
	struct rs_span value =
	    rs_span_trim((struct rs_span){(const uint8_t *)r->value, r->n});
	(void)x;
	(void)name;
	(void)error;
	r->depth--;
	r->open = NULL;
	if (k == NULL || r->too_long || value.n == 0)
		return;
	if (!k->of_line && k->kind == MAC && r->p->mac[0])
		return; /* the first is the phone's, others are its ports' */
	store(k, k->of_line ? (char *)l : (char *)r->p, value);
	if (k->of_line && k->kind == HOST &&
	    (l->outbound[0] == 0 ||
		k->offset == offsetof(struct cap_problem_line, outbound)))
		l->proxy_line = r->at;
}

/* ---- documents ---- */

bool
cap_problem_probe(struct rs_span head)
{
	static const char *const signs[] = {"<flat-profile", "<flat-status",
	    "<Product_Name", "<Registration_State"};
	head = rs_span_part(head, 0, LOG_PROBE);
	if (rs_span_starts(head, RS_LIT("\xef\xbb\xbf"))) /* U+FEFF */
		head = rs_span_from(head, 3);
	head = rs_span_trim(head);
	if (head.n == 0 || *head.p != '<')
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (g_strstr_len(
			(const char *)head.p, (gssize)head.n, signs[i]))
			return true;
	return false;
}

static const GMarkupParser parser = {
    .start_element = begin, .end_element = end, .text = text};

static bool
feed(GMarkupParseContext *x, const uint8_t *p, size_t n)
{
	char block[BLOCK];
	while (n) {
		size_t some = MIN(n, sizeof block);
		/* Names of people may be in whatever encoding; what is looked
		   for is ASCII. */
		for (size_t i = 0; i < some; i++)
			block[i] = p[i] && p[i] < 0x80 ? (char)p[i] : '?';
		if (!g_markup_parse_context_parse(x, block, (gssize)some, NULL))
			return false;
		p += some;
		n -= some;
	}
	return true;
}

struct document {
	struct reading r;
	GMarkupParseContext *x;
	size_t taken;
	bool begun, fine;
};

static void
document_begin(struct document *d, struct cap_problem *p)
{
	*d = (struct document){.r = {.p = p}, .fine = true};
	d->x = g_markup_parse_context_new(
	    &parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &d->r, NULL);
}

static bool
document_take(struct document *d, struct rs_span s)
{
	if (!d->begun && rs_span_starts(s, RS_LIT("\xef\xbb\xbf")))
		s = rs_span_from(s, 3);
	d->begun = true;
	d->taken += s.n;
	d->fine = d->fine && d->taken <= MOST && feed(d->x, s.p, s.n);
	return d->fine;
}

static bool
document_end(struct document *d, int *line)
{
	int column;
	d->fine = d->fine && g_markup_parse_context_end_parse(d->x, NULL);
	g_markup_parse_context_get_position(d->x, line, &column);
	g_markup_parse_context_free(d->x);
	return d->fine;
}

bool
cap_problem_parse(struct cap_problem *p, struct rs_span s, int *line)
{
	struct document d;
	document_begin(&d, p);
	(void)document_take(&d, s);
	return document_end(&d, line);
}

/* ---- files ---- */

static void
broken(struct cap_problem *p, const char *path, const char *what)
{
	const char *name = strrchr(path, '/');
	g_free(p->broken);
	p->broken = g_strdup_printf("%s: %s", name ? name + 1 : path, what);
}

static void
read_file(struct cap_problem *p, struct cap_input *in, const char *path)
{
	struct document d;
	int line;
	document_begin(&d, p);
	while (cap_input_peek(in, 1)) {
		size_t n = MIN(cap_input_left(in), BLOCK);
		const uint8_t *bytes = cap_input_peek(in, n);
		if (!document_take(&d, (struct rs_span){bytes, n}))
			break;
		cap_input_take(in, n);
	}
	const char *problem = cap_input_problem(in);
	bool fine = document_end(&d, &line);
	g_autofree char *what =
	    d.taken > MOST ? g_strdup_printf("more than %d bytes", MOST)
			   : g_strdup_printf("no XML from line %d on", line);
	if (problem || !fine)
		broken(p, path, problem ? problem : what);
}

/* A configuration begins with <flat-profile>. */
static unsigned
part_of(struct cap_input *in)
{
	(void)cap_input_peek(in, LOG_PROBE);
	size_t n = MIN(cap_input_left(in), LOG_PROBE);
	const uint8_t *p = n ? cap_input_peek(in, n) : NULL;
	return p == NULL || g_strstr_len((const char *)p, (gssize)n,
				"<flat-profile") == NULL;
}

/* Its path without what tells one part from the other: "a-cfg.xml" is of the
   phone that "a-status.xml" is of, and "b-status.xml" is not. */
static char *
without_part(const char *path)
{
	static const char *const words[] = {"config", "cfg", "status"};
	char *key = g_strdup(path);
	char *slash = strrchr(key, '/'), *name = slash ? slash + 1 : key, *at;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if ((at = strstr(name, words[i])) == NULL)
			continue;
		size_t n = strlen(words[i]);
		memmove(at, at + n, strlen(at + n) + 1);
		break;
	}
	return key;
}

/* The one of that phone that lacks this part. */
static struct cap_problem *
place(GPtrArray *all, const char *path, unsigned part)
{
	g_autofree char *key = without_part(path);
	for (unsigned i = 0; i < all->len; i++) {
		struct cap_problem *p = g_ptr_array_index(all, i);
		if (p->paths[!part] == NULL || p->paths[part])
			continue;
		g_autofree char *its = without_part(p->paths[!part]);
		if (strcmp(its, key) == 0)
			return p;
	}
	struct cap_problem *p = g_new(struct cap_problem, 1);
	cap_problem_init(p);
	g_ptr_array_add(all, p);
	return p;
}

static void
free_problem(void *p)
{
	cap_problem_clear(p);
	g_free(p);
}

GPtrArray *
cap_problems_read(const GPtrArray *paths)
{
	static const struct cap_file_options plain;
	GPtrArray *all = g_ptr_array_new_with_free_func(free_problem);
	for (unsigned i = 0; i < paths->len && i < FILES; i++) {
		const char *path = g_ptr_array_index(paths, i);
		g_autoptr(GError) error = NULL;
		struct cap_input *in = cap_input_open(path, &plain, &error);
		unsigned part = in ? part_of(in) : 0;
		struct cap_problem *p = place(all, path, part);
		p->paths[part] = g_strdup(path);
		if (in)
			read_file(p, in, path);
		else
			broken(p, path, "cannot be read");
		cap_input_close(in);
	}
	return all;
}

bool
cap_problem_date(const struct cap_problem *p, int *year, int *month)
{
	int a, b;
	*month = 0;
	if (sscanf(p->clock, "%2d/%2d/%4d", &a, &b, year) != 3 ||
	    *year < 2000 || *year > 2099 || a < 1 || b < 1)
		return false;
	/* Which of the two is the month, a setting of the phone says. */
	if (b > 12 || a == b)
		*month = a;
	else if (a > 12)
		*month = b;
	return *month <= 12;
}
