/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of header values share: quoted strings, angle brackets,
 * lists, host and port (RFC 3261 25.1).  Only for dissectors/sip.
 */
#ifndef SIP_TEXT_H
#define SIP_TEXT_H

#include "base/span.h"

/* Eight bytes of a name as a number, the first the lowest; no more than fit. */
#define SIP_WORD(...) SIP_WORD_OF(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0, 0)
#define SIP_WORD_OF(a, b, c, d, e, f, g, h, ...)                               \
 ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 |                   \
     (uint64_t)(d) << 24 | (uint64_t)(e) << 32 | (uint64_t)(f) << 40 |         \
     (uint64_t)(g) << 48 | (uint64_t)(h) << 56)

static inline uint64_t
sip_text_le64(uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline uint64_t
sip_text_load8(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
	return sip_text_le64(v);
}

static inline uint32_t
sip_text_load4(const uint8_t *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

/*
 * The n <= 8 bytes at p as SIP_WORD has them.  The loads overlap, for none may
 * go past the end; the same byte comes to the same place.  NUL is a byte like
 * another: whoever compares words, compares lengths as well.
 */
static inline uint64_t
sip_text_word(const uint8_t *p, size_t n)
{
	if (n == 8)
		return sip_text_load8(p);
	if (n >= 4)
		return sip_text_load4(p) | (uint64_t)sip_text_load4(p + n - 4)
					       << 8 * (n - 4);
	if (n == 0)
		return 0;
	return p[0] | (uint64_t)p[n / 2] << 8 * (n / 2) |
	       (uint64_t)p[n - 1] << 8 * (n - 1);
}

/*
 * A word without upper case.  Only what has the bit of letters is changed, so
 * names of letters, digits, "+", "-" and "." are equal to no other bytes.
 */
static inline uint64_t
sip_text_fold(uint64_t word)
{
	return word | (word & UINT64_C(0x4040404040404040)) >> 1;
}

/* RFC 3261 25.1: token.  A byte each: asked for single bytes, in a loop. */
extern const uint8_t sip_text_tokens[256];

static inline bool
sip_text_token(uint8_t c)
{
	return sip_text_tokens[c];
}

/* How many of the first bytes of s are a token. */
static inline size_t
sip_text_token_n(struct rs_span s)
{
	size_t i = 0;
	while (i < s.n && sip_text_token(s.p[i]))
		i++;
	return i;
}

/* Past the quoted string that begins at s.p[i]; s.n where it does not end. */
size_t sip_text_quoted(struct rs_span s, size_t i);

/* Past what is in angle brackets from s.p[i] on; s.n where it does not end. */
static inline size_t
sip_text_angle(struct rs_span s, size_t i)
{
	size_t n = rs_span_find(rs_span_from(s, i), '>');
	return i + n < s.n ? i + n + 1 : s.n;
}

/* Where c first stands outside of quotes and angle brackets, or s.n. */
size_t sip_text_outside(struct rs_span s, uint8_t c);

/* The same; mostly it stands nowhere. */
static inline size_t
sip_text_find(struct rs_span s, uint8_t c)
{
	return rs_span_find(s, c) == s.n ? s.n : sip_text_outside(s, c);
}

/* Without the quotes around it; what is escaped stays so. */
static inline struct rs_span
sip_text_unquote(struct rs_span s)
{
	if (s.n == 0 || s.p[0] != '"')
		return s;
	size_t end = sip_text_quoted(s, 0);
	bool closed = end > 1 && s.p[end - 1] == '"';
	return rs_span_part(s, 1, closed ? end - 2 : end - 1);
}

/* What sip_text_stop() looks for; NUL is in none. */
enum sip_text_set {
	SIP_TEXT_PARAM,  /* " , ; < = and backslash */
	SIP_TEXT_QUOTED, /* " and backslash */
	SIP_TEXT_LF,
	SIP_TEXT_BLANK, /* and tab */
	SIP_TEXT_USER,  /* : and @ */
	SIP_TEXT_HOST,  /* : ; ? , > and blanks */
};

/* gcc and clang have these for any machine, with or without vectors. */
typedef uint8_t sip_text_bytes __attribute__((vector_size(16)));
typedef uint64_t sip_text_words __attribute__((vector_size(16)));

static inline sip_text_bytes
sip_text_load16(const uint8_t *p)
{
	sip_text_bytes x;
	memcpy(&x, p, sizeof x);
	return x;
}

/* A bit for each byte: they have all bits, or none. */
static inline unsigned
sip_text_bits(sip_text_words x)
{
#ifdef __SSE2__
	typedef char bytes __attribute__((vector_size(16)));
	return (unsigned)__builtin_ia32_pmovmskb128((bytes)x);
#else
	/* The product has bit i of byte i in its highest byte. */
	const uint64_t ones = UINT64_C(0x0101010101010101),
		       gather = UINT64_C(0x0102040810204080);
	uint64_t lo = sip_text_le64(x[0]) & ones,
		 hi = sip_text_le64(x[1]) & ones;
	return (unsigned)(lo * gather >> 56 | hi * gather >> 56 << 8);
#endif
}

/* A bit for each byte of x that is in the set. */
static inline unsigned
sip_text_hits(sip_text_bytes x, enum sip_text_set set)
{
	if (set == SIP_TEXT_PARAM) /* "<" and "=" differ in the last bit */
		return sip_text_bits(
		    (sip_text_words)((x == '"') | (x == '\\') | (x == ',') |
				     (x == ';') | ((x & 0xfe) == '<')));
	if (set == SIP_TEXT_QUOTED)
		return sip_text_bits(
		    (sip_text_words)((x == '"') | (x == '\\')));
	if (set == SIP_TEXT_LF)
		return sip_text_bits((sip_text_words)(x == '\n'));
	if (set == SIP_TEXT_BLANK)
		return sip_text_bits(
		    (sip_text_words)((x == ' ') | (x == '\t')));
	if (set == SIP_TEXT_USER)
		return sip_text_bits((sip_text_words)((x == ':') | (x == '@')));
	/* : ; > ? differ in two bits, TAB and CR in one. */
	return sip_text_bits(
	    (sip_text_words)(((x & 0xfa) == ':') | (x == ',') | (x == ' ') |
			     ((x & 0xfb) == '\t') | (x == '\n')));
}

/* sip_text_fold() of sixteen bytes. */
static inline sip_text_bytes
sip_text_fold16(sip_text_bytes x)
{
	return x | (sip_text_bytes)((sip_text_words)(x & 0x40) >> 1);
}

/* How many of the first bytes are letters and dashes. */
static inline size_t
sip_text_letters_n(sip_text_bytes x)
{
	return (size_t)__builtin_ctz(~sip_text_bits(
	    (sip_text_words)((((x | 0x20) - 'a') < 26) | (x == '-'))));
}

/* How many of the first bytes are no colon. */
static inline size_t
sip_text_colon_n(sip_text_bytes x)
{
	return (size_t)__builtin_ctz(
	    sip_text_bits((sip_text_words)(x == ':')) | 1u << 16);
}

/* The 1 to 15 bytes of s as the last of sixteen, and NUL before them. */
sip_text_bytes sip_text_short(struct rs_span s);

/* Hits in the 1 to 15 bytes from i to the end of s. */
__attribute__((always_inline)) static inline unsigned
sip_text_last(struct rs_span s, size_t i, enum sip_text_set set)
{
	/* Some of the last sixteen again, or all there are */
	unsigned hits = sip_text_hits(
	    s.n < 16 ? sip_text_short(s) : sip_text_load16(s.p + s.n - 16),
	    set);
	return hits >> (16 - (s.n - i));
}

/*
 * Where one of the set first stands at or after i <= s.n, or s.n.  To be
 * inlined: the set is a constant then.
 */
__attribute__((always_inline)) static inline size_t
sip_text_stop(struct rs_span s, size_t i, enum sip_text_set set)
{
	unsigned hits;
	for (; s.n - i >= 16; i += 16) {
		hits = sip_text_hits(sip_text_load16(s.p + i), set);
		if (hits)
			return i + (size_t)__builtin_ctz(hits);
	}
	hits = i < s.n ? sip_text_last(s, i, set) : 0;
	return hits ? i + (size_t)__builtin_ctz(hits) : s.n;
}

/* A bit for each of the sixty-four bytes from i < s.n on that is in the set. */
__attribute__((always_inline)) static inline uint64_t
sip_text_block(struct rs_span s, size_t i, enum sip_text_set set)
{
	uint64_t hits = 0;
	const uint8_t *p = s.p + i;
	if (s.n - i >= 64) {
		hits = sip_text_hits(sip_text_load16(p + 48), set);
		hits = hits << 16 | sip_text_hits(sip_text_load16(p + 32), set);
		hits = hits << 16 | sip_text_hits(sip_text_load16(p + 16), set);
		return hits << 16 | sip_text_hits(sip_text_load16(p), set);
	}
	size_t n = 0;
	for (; s.n - i >= 16; i += 16, n += 16)
		hits |= (uint64_t)sip_text_hits(sip_text_load16(s.p + i), set)
			<< n;
	if (i < s.n)
		hits |= (uint64_t)sip_text_last(s, i, set) << n;
	return hits;
}

enum { SIP_TEXT_MARKED = 256 }; /* longer lists are all odd */

/* Where something of SIP_TEXT_PARAM stands in a list, and then its end. */
struct sip_text_marks {
	uint64_t v[SIP_TEXT_MARKED / 64];
};

/* The parameters of a list, one after the other. */
struct sip_text_params {
	struct rs_span s;
	const struct sip_text_marks *marks;
	size_t i;      /* the next one begins here */
	size_t at;     /* a multiple of 64 */
	uint64_t hits; /* of the marks from there on, those that are left */
	uint8_t sep;
};

struct sip_text_param {
	struct rs_span name;
	struct rs_span value; /* absent where there is no "=" */
};

/* Sets the marks of a list that is shorter than SIP_TEXT_MARKED. */
void sip_text_set_marks(struct sip_text_marks *m, struct rs_span list);
/* Reads any parameter of the list from i < s.n on; where the next begins. */
size_t sip_text_odd_param(
    struct rs_span s, size_t i, uint8_t sep, struct sip_text_param *p);

/*
 * A list of "name" or "name = value" with a separator between them; m is room
 * for its marks.
 */
static inline struct sip_text_params
sip_text_params(struct rs_span list, uint8_t sep, struct sip_text_marks *m)
{
	struct sip_text_params l = {.s = list, .marks = m, .sep = sep};
	if (list.n < SIP_TEXT_MARKED) {
		sip_text_set_marks(m, list);
		l.hits = m->v[0];
	}
	return l;
}

/* The next mark; not to be asked for after the end. */
static inline size_t
sip_text_mark(struct sip_text_params *l)
{
	while (l->hits == 0)
		l->hits = l->marks->v[(l->at += 64) / 64];
	size_t i = l->at + (size_t)__builtin_ctzll(l->hits);
	l->hits &= l->hits - 1;
	return i;
}

/* The next one if it is regular: see text.c. */
__attribute__((always_inline)) static inline bool
sip_text_plain_param(struct sip_text_params *l, struct sip_text_param *p)
{
	const uint8_t *s = l->s.p;
	size_t n = l->s.n, eq = sip_text_mark(l), end = eq;
	p->name = rs_span_trim((struct rs_span){s + l->i, eq - l->i});
	p->value = (struct rs_span){NULL, 0};
	if (eq < n && s[eq] == '=') {
		size_t v = eq + 1;
		end = sip_text_mark(l);
		if (end == v && v < n && s[v] == '"') {
			do
				end = sip_text_mark(l);
			while (end < n && s[end] != '"' && s[end] != '\\');
			if (end == n || s[end] != '"')
				return false;
			p->value = (struct rs_span){s + v + 1, end - v - 1};
			if (sip_text_mark(l) != ++end)
				return false;
		} else {
			p->value =
			    rs_span_trim((struct rs_span){s + v, end - v});
		}
	}
	l->i = end + 1;
	return end == n || s[end] == l->sep;
}

/* Its value; empty, and not absent, where it has none. */
static inline struct rs_span
sip_text_value(const struct sip_text_param *p)
{
	return p->value.p ? p->value : rs_span_from(p->name, p->name.n);
}

/*
 * The next one; false at the end of the list.  Quotes hide a separator, and
 * angle brackets a semicolon: "+sip.instance=<...>".
 */
__attribute__((always_inline)) static inline bool
sip_text_param(struct sip_text_params *l, struct sip_text_param *p)
{
	size_t from = l->i;
	if (from >= l->s.n)
		return false;
	if (l->s.n < SIP_TEXT_MARKED && sip_text_plain_param(l, p))
		return true;
	struct sip_text_param odd;
	l->i = sip_text_odd_param(l->s, from, l->sep, &odd);
	if (l->s.n < SIP_TEXT_MARKED) {
		l->at = l->i & ~(size_t)63;
		l->hits = l->marks->v[l->at / 64] & UINT64_MAX << (l->i & 63);
	}
	*p = odd;
	return true;
}

/* Past the host that begins at s.p[i], i <= s.n; IPv6 with its brackets. */
static inline size_t
sip_text_host(struct rs_span s, size_t i)
{
	if (i == s.n || s.p[i] != '[')
		return sip_text_stop(s, i, SIP_TEXT_HOST);
	size_t n = rs_span_find(rs_span_from(s, i), ']');
	return i + n < s.n ? i + n + 1 : i;
}

/*
 * The number of the digits from s.p[*i] on, which may be 0 of them; *i goes
 * past them.  More than max counts as max + 1.
 */
static inline uint64_t
sip_text_number(struct rs_span s, size_t *i, uint32_t max)
{
	uint64_t v = 0;
	for (; *i < s.n && rs_ascii_digit(s.p[*i]); ++*i) {
		v = v * 10 + (uint64_t)(s.p[*i] - '0');
		if (v > max)
			v = (uint64_t)max + 1;
	}
	return v;
}

/* A port, or 0 where it is none. */
static inline uint16_t
sip_text_port(struct rs_span s)
{
	uint32_t v;
	return rs_span_u32(s, &v) && v <= UINT16_MAX ? (uint16_t)v : 0;
}

#endif
