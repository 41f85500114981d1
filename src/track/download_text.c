/* SPDX-License-Identifier: Apache-2.0 */
/* What a download is called: texts of the wire, without what is secret. */
#include "track/download_inner.h"

struct rs_span
download_words(struct rec_arena *a, struct rs_span s)
{
	return rec_arena_text(a, rs_span_part(s, 0, DOWNLOAD_TEXT));
}

/* The first of a few bytes in s, or s.n. */
static size_t
find_any(struct rs_span s, const char *bytes)
{
	size_t n = s.n;
	for (; *bytes; bytes++) {
		size_t at = rs_span_find(s, (uint8_t)*bytes);
		if (at < n)
			n = at;
	}
	return n;
}

/* Where the authority begins, behind "scheme://"; 0: it is no URL. */
static size_t
authority(struct rs_span s)
{
	size_t n = rs_span_find(s, ':');
	bool url = n > 0 && n < 16 && n + 3 <= s.n && s.p[n + 1] == '/' &&
		   s.p[n + 2] == '/';
	return url && find_any(rs_span_part(s, 0, n), "/?@") == n ? n + 3 : 0;
}

/* Of each segment that holds "user:password@", what is behind that. */
static void
drop_users(uint8_t *p, size_t *n)
{
	size_t to = 0, segment = 0;
	bool colon = false;
	for (size_t i = 0; i < *n; i++) {
		uint8_t c = p[i];
		if (c == '@' && colon) {
			to = segment;
			colon = false;
			continue;
		}
		p[to++] = c;
		colon = c == '/' ? false : colon || c == ':';
		if (c == '/')
			segment = to;
	}
	*n = to;
}

/* Query, fragment and parameters (RFC 3986 3.3) go. */
static struct rs_span
without_secrets(struct rec_arena *a, struct rs_span s)
{
	s = rs_span_part(s, 0, find_any(s, "?#;"));
	uint8_t *p = rec_arena_alloc(a, s.n + 1);
	size_t n = s.n;
	if (n)
		memcpy(p, s.p, n);
	drop_users(p, &n);
	return (struct rs_span){p, n < DOWNLOAD_TEXT ? n : DOWNLOAD_TEXT};
}

struct rs_span
download_path(struct rec_arena *a, struct rs_span target)
{
	size_t at = authority(target);
	if (at) {
		struct rs_span rest = rs_span_from(target, at);
		target = rs_span_from(rest, find_any(rest, "/?#"));
	}
	return without_secrets(a, target);
}

struct rs_span
download_url(struct rec_arena *a, struct rs_span url)
{
	size_t at = authority(url);
	struct rs_span all = rs_span_from(url, at);
	struct rs_span who = rs_span_part(all, 0, find_any(all, "/?#"));
	size_t user = 0; /* the last @ ends it (RFC 3986 3.2.1) */
	for (size_t i = 0; at && i < who.n; i++)
		if (who.p[i] == '@')
			user = i + 1;
	struct rs_span rest = without_secrets(a, rs_span_from(all, user));
	uint8_t *p = rec_arena_alloc(a, at + rest.n + 1);
	if (at)
		memcpy(p, url.p, at);
	if (rest.n)
		memcpy(p + at, rest.p, rest.n);
	return (struct rs_span){p, at + rest.n};
}

struct rs_span
download_host(struct rs_span host)
{
	for (size_t at; (at = rs_span_find(host, '@')) < host.n;)
		host = rs_span_from(host, at + 1);
	if (host.n && host.p[0] == '[') {
		size_t end = rs_span_find(host, ']');
		return rs_span_part(host, 0, end < host.n ? end + 1 : host.n);
	}
	return rs_span_part(host, 0, rs_span_find(host, ':'));
}

/* ---- MAC addresses */

/* "01-": two digits and a separator. */
static bool
group_ends(struct rs_span s, size_t i)
{
	return rs_ascii_hex(s.p[i]) >= 0 && rs_ascii_hex(s.p[i + 1]) >= 0 &&
	       (s.p[i + 2] == '-' || s.p[i + 2] == ':');
}

/* The digits of an address at i, as "aabbccddeeff" or with one separator;
   how long it is, or 0. */
static size_t
mac_at(struct rs_span s, size_t i, uint8_t out[12])
{
	size_t from = i, n = 0;
	uint8_t sep = 0;
	if (i && rs_ascii_hex(s.p[i - 1]) >= 0)
		return 0;
	if (i > 2 && group_ends(s, i - 3))
		return 0; /* as in PXELINUX's 01-..., which is no phone's */
	for (; i < s.n && n < 12; i++) {
		if (rs_ascii_hex(s.p[i]) >= 0) {
			out[n++] = rs_ascii_lower(s.p[i]);
		} else if ((s.p[i] == '-' || s.p[i] == ':') && n % 2 == 0 &&
			   n && (n == 2 || sep == s.p[i])) {
			sep = s.p[i];
		} else {
			return 0;
		}
	}
	if (n < 12 || (i < s.n && rs_ascii_hex(s.p[i]) >= 0))
		return 0;
	if (sep && i + 2 < s.n && s.p[i] == sep &&
	    rs_ascii_hex(s.p[i + 1]) >= 0 && rs_ascii_hex(s.p[i + 2]) >= 0)
		return 0;
	return i - from == 12 || i - from == 17 ? i - from : 0;
}

/* Numbers with zeros in front are names of models; one without a letter may be
   a date. */
static bool
likely(const uint8_t mac[12])
{
	bool letters = false;
	for (size_t i = 0; i < 12; i++)
		letters = letters || mac[i] > '9';
	return memcmp(mac, "000000", 6) != 0 &&
	       (letters || (mac[0] == '0' && mac[1] == '0'));
}

struct rs_span
download_mac(struct rec_arena *a, struct rs_span path)
{
	uint8_t mac[12];
	for (size_t i = 0; i < path.n; i++)
		if (mac_at(path, i, mac) && likely(mac))
			return rec_arena_text(a, (struct rs_span){mac, 12});
	return (struct rs_span){0};
}

/* ---- numbers of phones ---- */

static bool
letter(uint8_t c)
{
	c = rs_ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

/* Serial numbers have letters and digits, or are long.  A hardware address is
   told anyway: alone, or as Cisco's "SEP00005E005317". */
static bool
may_be_serial(struct rs_span word, size_t least)
{
	uint8_t mac[12];
	size_t digits = 0;
	size_t sep =
	    word.n == 15 && rs_span_starts(word, RS_LIT("SEP")) ? 3 : 0;
	for (size_t i = 0; i < word.n; i++)
		digits += rs_ascii_digit(word.p[i]);
	return word.n >= least && digits &&
	       (word.n != 12 + sep || !mac_at(word, sep, mac));
}

/* Words from `last` on may be parts of longer ones. */
static struct rs_span
starred(struct rec_arena *a, struct rs_span path, size_t last)
{
	uint8_t *to;
	size_t n = 0;
	if (path.n == 0)
		return (struct rs_span){0};
	to = rec_arena_alloc(a, path.n + 1);
	for (size_t i = 0; i < path.n;) {
		size_t end = i;
		while (end < path.n &&
		       (rs_ascii_digit(path.p[end]) || letter(path.p[end])))
			end++;
		if (end == i) {
			to[n++] = path.p[i++];
			continue;
		}
		if (may_be_serial(
			rs_span_part(path, i, end - i), i >= last ? 1 : 8)) {
			to[n++] = '*';
		} else {
			memcpy(to + n, path.p + i, end - i);
			n += end - i;
		}
		i = end;
	}
	return (struct rs_span){to, n};
}

struct rs_span
download_unnumbered(struct rec_arena *a, struct rs_span s)
{
	return starred(a, s, s.n);
}

/* The last segment, if its name may go on behind the end of the line. */
static size_t
unfinished(struct rs_span path)
{
	size_t from = path.n;
	while (from && path.p[from - 1] != '/')
		from--;
	struct rs_span last = rs_span_from(path, from);
	return from == 0 || rs_span_find(last, '.') < last.n ? path.n : from;
}

struct rs_span
download_told_path(struct rec_arena *a, struct rs_span path)
{
	uint8_t mac[12];
	size_t segment = 0, n = 0;
	/* Parameters, macros, "user:password": as they should not be. */
	for (; n < path.n && find_any(rs_span_part(path, n, 1), "&=%$"); n++) {
		size_t address = path.p[n] == ':' ? 0 : mac_at(path, n, mac);
		if (address)
			n += address - 1;
		else if (path.p[n] == ':')
			break;
		else if (path.p[n] == '/')
			segment = n + 1;
	}
	if (n < path.n && path.p[n] == ':')
		n = segment;
	path.n = n;
	return starred(a, path, unfinished(path));
}
