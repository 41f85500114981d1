/* SPDX-License-Identifier: Apache-2.0 */
/* The properties that every stream dissector must have. */
#include "stream_driver.h"

#include <stdio.h>
#include <stdlib.h>

static struct rs_stamp
stamp(size_t part)
{
	return rs_stamp_at(
	    (rs_time)(part + 1) * RS_SEC, (struct rs_frame){0, part + 1});
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* A sequence that is the same in every run. */
static uint32_t
next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* One run: a recorder and a driver that feeds it. */
struct play {
	const struct stream_script *s;
	struct recorder r;
	struct stream_driver d;
};

static void
play_begin(struct play *p, const struct stream_script *s)
{
	p->s = s;
	recorder_init(&p->r);
	p->r.stamps = p->r.digest = p->r.fold_idle = true;
	stream_driver_init(&p->d, s->dissector, s->over, &p->r.sink);
}

static void
play_end(struct play *p)
{
	stream_driver_clear(&p->d);
	recorder_clear(&p->r);
}

static void
play_close(struct play *p)
{
	struct rs_stamp at = stamp(p->s->n_parts);
	stream_driver_close(&p->d, RS_C2S, &at);
	stream_driver_close(&p->d, RS_S2C, &at);
}

/* Bytes [from, to) of a part. */
static void
play_part(struct play *p, size_t part, size_t from, size_t to)
{
	const struct stream_part *x = &p->s->parts[part];
	struct rs_stamp at = stamp(part);
	stream_driver_push(
	    &p->d, x->dir, rs_span_part(x->bytes, from, to - from), &at);
}

static void
play_parts(struct play *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		play_part(p, i, 0, p->s->parts[i].bytes.n);
}

void
stream_play(const struct stream_script *s, struct recorder *r)
{
	struct play p = {.s = s};
	stream_driver_init(&p.d, s->dissector, s->over, &r->sink);
	play_parts(&p, 0, s->n_parts);
	play_close(&p);
	if (p.d.fault)
		recorder_note(r, "FAULT %s", p.d.fault);
	stream_driver_clear(&p.d);
}

/* Copies the lines of text that are of that direction (or all). */
static char *
lines_of(const char *text, const char *dir, const char *without)
{
	char *out = calloc(1, strlen(text) + 1), *to = out;
	if (out == NULL)
		abort();
	while (*text) {
		size_t n = strcspn(text, "\n");
		const char *hit = without ? strstr(text, without) : NULL;
		bool drop = hit && hit < text + n;
		if (!drop && (!dir || strncmp(text, dir, strlen(dir)) == 0)) {
			memcpy(to, text, n + 1);
			to += n + 1;
		}
		text += n + 1;
	}
	return out;
}

static bool
same(struct play *ref, struct play *p, const char *what, size_t a, size_t b,
    char *why)
{
	if (p->d.fault)
		snprintf(why, STREAM_WHY, "%s %zu.%zu: fault: %s", what, a, b,
		    p->d.fault);
	else if (strcmp(ref->r.text, p->r.text) != 0)
		snprintf(why, STREAM_WHY,
		    "%s %zu.%zu:\n%.400s-- not --\n%.400s", what, a, b,
		    p->r.text, ref->r.text);
	else
		return true;
	return false;
}

/* Every part cut once, at every place. */
static bool
cut_once(const struct stream_script *s, struct play *ref, char *why)
{
	bool ok = true;
	for (size_t i = 0; i < s->n_parts && ok; i++) {
		size_t n = s->parts[i].bytes.n, step = 1 + n / 4096;
		for (size_t k = 1; k < n && ok; k += step) {
			struct play p;
			play_begin(&p, s);
			play_parts(&p, 0, i);
			play_part(&p, i, 0, k);
			play_part(&p, i, k, n);
			play_parts(&p, i + 1, s->n_parts);
			play_close(&p);
			ok = same(ref, &p, "cut of part.byte", i, k, why);
			play_end(&p);
		}
	}
	return ok;
}

/* Pieces of up to max bytes; max 1 is byte by byte. */
static bool
cut_all(const struct stream_script *s, struct play *ref, uint64_t seed,
    uint32_t max, char *why)
{
	struct play p;
	uint64_t state = seed;
	play_begin(&p, s);
	for (size_t i = 0; i < s->n_parts; i++) {
		size_t n = s->parts[i].bytes.n, at = 0;
		while (at < n) {
			size_t to =
			    smaller(n, at + 1 + next_random(&state) % max);
			play_part(&p, i, at, to);
			at = to;
		}
	}
	play_close(&p);
	bool ok = same(ref, &p, "pieces of seed.max", seed, max, why);
	play_end(&p);
	return ok;
}

/* All of one direction in a single call. */
static bool
one_call(
    const struct stream_script *s, struct play *ref, enum rs_dir dir, char *why)
{
	struct play p;
	play_begin(&p, s);
	p.d.hold = true;
	for (size_t i = 0; i < s->n_parts; i++)
		if (s->parts[i].dir == dir)
			play_part(&p, i, 0, s->parts[i].bytes.n);
	stream_driver_release(&p.d, dir);
	play_close(&p);
	char *a = lines_of(p.r.text, dir == RS_C2S ? "c2s" : "s2c", NULL);
	char *b = lines_of(ref->r.text, dir == RS_C2S ? "c2s" : "s2c", NULL);
	bool ok = p.d.fault == NULL && strcmp(a, b) == 0;
	if (!ok)
		snprintf(why, STREAM_WHY,
		    "one call: %s\n%.400s-- not --\n%.400s",
		    p.d.fault ? p.d.fault : "", a, b);
	free(a);
	free(b);
	play_end(&p);
	return ok;
}

bool
stream_check_split(const struct stream_script *s, char why[STREAM_WHY])
{
	struct play ref;
	play_begin(&ref, s);
	play_parts(&ref, 0, s->n_parts);
	play_close(&ref);
	bool ok = same(&ref, &ref, "whole", 0, 0, why) &&
		  cut_once(s, &ref, why) && cut_all(s, &ref, 0, 1, why) &&
		  one_call(s, &ref, RS_C2S, why) &&
		  one_call(s, &ref, RS_S2C, why);
	for (uint64_t seed = 1; seed <= 50 && ok; seed++)
		ok = cut_all(s, &ref, seed, seed % 2 ? 7 : 300, why);
	play_end(&ref);
	return ok;
}

/*
 * A prefix says nothing that the whole does not say too, and what close() adds
 * is damage only.
 */
bool
stream_check_truncate(const struct stream_script *s, char why[STREAM_WHY])
{
	struct play ref;
	bool ok = true;
	play_begin(&ref, s);
	play_parts(&ref, 0, s->n_parts);
	for (size_t i = 0; i < s->n_parts && ok; i++) {
		size_t n = s->parts[i].bytes.n, step = 1 + n / 4096;
		for (size_t k = 0; k < n && ok; k += step) {
			struct play p;
			play_begin(&p, s);
			play_parts(&p, 0, i);
			play_part(&p, i, 0, k);
			size_t told = p.r.n;
			ok = strncmp(p.r.text, ref.r.text, told) == 0;
			play_close(&p);
			char *rest =
			    lines_of(p.r.text + told, NULL, " ANOMALY ");
			char *left = lines_of(rest, NULL, " cut");
			ok = ok && p.d.fault == NULL && *left == '\0';
			if (!ok)
				snprintf(why, STREAM_WHY,
				    "prefix of part.byte %zu.%zu: %s\n%.800s",
				    i, k, p.d.fault ? p.d.fault : "", p.r.text);
			free(rest);
			free(left);
			play_end(&p);
		}
	}
	play_end(&ref);
	return ok;
}

/* Are the lines of a, damage left out, lines of b in the same order? */
static bool
subsequence(const char *a, const char *b)
{
	while (*a) {
		size_t n = strcspn(a, "\n") + 1;
		while (*b && strncmp(a, b, n) != 0)
			b += strcspn(b, "\n") + 1;
		if (*b == '\0')
			return false;
		b += n;
		a += n;
	}
	return true;
}

/* Plays parts from..end of one direction, the first `lost` bytes missing;
   true where the loss ended between two parts, *rest is then the next. */
static bool
play_lossy(struct play *p, size_t from, size_t lost, size_t *rest)
{
	enum rs_dir dir = p->s->parts[from].dir;
	struct rs_stamp at = stamp(from);
	bool clean = true;
	*rest = p->s->n_parts;
	stream_driver_gap(&p->d, dir, lost, &at);
	for (size_t i = from; i < p->s->n_parts; i++) {
		size_t n = p->s->parts[i].bytes.n, skip;
		if (p->s->parts[i].dir != dir)
			continue;
		skip = smaller(lost, n);
		lost -= skip;
		if (skip == 0 && *rest == p->s->n_parts)
			*rest = i;
		clean = clean && (skip == 0 || skip == n);
		play_part(p, i, skip, n);
	}
	return clean;
}

static bool
gap_at(const struct stream_script *s, const char *ref, size_t i, size_t lost,
    char *why)
{
	enum rs_dir dir = s->parts[i].dir;
	struct play p, fresh;
	size_t rest;
	play_begin(&p, s);
	p.r.only[dir] = true;
	play_parts(&p, 0, i);
	bool clean = play_lossy(&p, i, lost, &rest);
	play_close(&p);
	char *told = lines_of(p.r.text, NULL, " ANOMALY ");
	bool ok = p.d.fault == NULL && subsequence(told, ref);
	if (ok && clean && s->recovers) {
		play_begin(&fresh, s);
		fresh.r.only[dir] = true;
		play_parts(&fresh, rest, s->n_parts);
		play_close(&fresh);
		ok = p.r.n >= fresh.r.n &&
		     strcmp(p.r.text + p.r.n - fresh.r.n, fresh.r.text) == 0;
		play_end(&fresh);
	}
	if (!ok)
		snprintf(why, STREAM_WHY,
		    "gap of %zu before part %zu: %s\n%.800s", lost, i,
		    p.d.fault ? p.d.fault : "", p.r.text);
	free(told);
	play_end(&p);
	return ok;
}

bool
stream_check_gap(const struct stream_script *s, char why[STREAM_WHY])
{
	struct play ref;
	bool ok = true;
	play_begin(&ref, s);
	play_parts(&ref, 0, s->n_parts);
	play_close(&ref);
	for (size_t i = 0; i < s->n_parts && ok; i++) {
		size_t total = 0, at = i, next = 0;
		for (size_t j = i; j < s->n_parts; j++)
			if (s->parts[j].dir == s->parts[i].dir)
				total += s->parts[j].bytes.n;
		/* Every length, or many and every one to a boundary. */
		size_t step = 1 + total / 2000;
		for (size_t lost = 1; lost <= total && ok; lost++) {
			while (next < lost && at < s->n_parts) {
				if (s->parts[at].dir == s->parts[i].dir)
					next += s->parts[at].bytes.n;
				at++;
			}
			if (lost % step == 0 || lost == next)
				ok = gap_at(s, ref.r.text, i, lost, why);
		}
	}
	play_end(&ref);
	return ok;
}

bool
stream_check_idle(const struct stream_script *s, char why[STREAM_WHY])
{
	struct play ref, p;
	if (s->idle.n == 0)
		return true;
	play_begin(&ref, s);
	play_parts(&ref, 0, s->n_parts);
	play_close(&ref);
	play_begin(&p, s);
	for (size_t i = 0; i < s->n_parts; i++) {
		struct rs_stamp at = stamp(1000 + i);
		stream_driver_push(&p.d, s->parts[i].dir, s->idle, &at);
		play_part(&p, i, 0, s->parts[i].bytes.n);
	}
	play_close(&p);
	char *a = lines_of(p.r.text, NULL, " KEEPALIVE");
	char *b = lines_of(ref.r.text, NULL, " KEEPALIVE");
	bool ok = p.d.fault == NULL && strcmp(a, b) == 0;
	if (!ok)
		snprintf(why, STREAM_WHY,
		    "idle bytes: %s\n%.400s-- not --\n%.400s",
		    p.d.fault ? p.d.fault : "", a, b);
	free(a);
	free(b);
	play_end(&p);
	play_end(&ref);
	return ok;
}

/* YES never turns into NO, and MAYBE ends where the dissector says. */
bool
stream_check_probe(const struct stream_script *s, char why[STREAM_WHY])
{
	struct rs_span head = s->parts[0].bytes;
	bool yes = false;
	for (size_t k = 0; k <= head.n; k++) {
		/* An exact copy: the sanitizer sees an over-read. */
		uint8_t *copy = malloc(k + !k);
		if (copy == NULL)
			abort();
		memcpy(copy, head.p, k);
		enum rs_verdict v =
		    s->dissector->probe((struct rs_span){copy, k}, s->over);
		free(copy);
		size_t most =
		    s->dissector->head ? s->dissector->head : RS_PROBE_HEAD;
		bool ok = (v != RS_MAYBE || k < most) && (!yes || v == RS_YES);
		yes = yes || v == RS_YES;
		if (ok && (v != RS_NO || k >= 64) && (k < head.n || yes))
			continue;
		snprintf(
		    why, STREAM_WHY, "probe of %zu bytes says %d", k, (int)v);
		return false;
	}
	return true;
}

bool
stream_check(const struct stream_script *s, char why[STREAM_WHY])
{
	return stream_check_probe(s, why) && stream_check_split(s, why) &&
	       stream_check_truncate(s, why) && stream_check_gap(s, why) &&
	       stream_check_idle(s, why);
}
