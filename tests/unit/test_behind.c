/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which registrations from one address are one phone's.  A word is one:
 *   a5@10+60   user a from 10.0.0.5, as its Contact says, at 10 s, for 60 s
 *   a5@10-     it failed       a5@10?   it was cut off
 *   aN@10+60   its Contact names the address that it came from
 *   aP@10+60   ... another public one     aD@10+60  ... a name
 *   a5@10+60x  it is instance x
 *   Z5@10+60   user z of another domain
 * What comes of them is the number of a phone each, with a "?" where it may be
 * several of unknown hosts, and an "!" where phones are several for sure.
 */
#include "track/behind.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 300 };

struct kit {
	struct rs_hash_seed seed;
	struct rs_account pay;
	struct behind *behind;
	struct rs_addr client, place[MOST], lead[MOST];
	bool strays[MOST];
	size_t n;
};

static void
begin(struct kit *k, size_t limit)
{
	*k = (struct kit){.seed = {1, 2}};
	rs_account_init(&k->pay, limit);
	k->behind = behind_new(&k->seed, &k->pay);
	CU_ASSERT(rs_addr_parse(&k->client, RS_LIT("203.0.113.1")));
}

static void
end(struct kit *k)
{
	behind_free(k->behind);
	CU_ASSERT_EQUAL(k->pay.used, 0);
}

static void
contact_of(char to[60], const char *host)
{
	snprintf(to, 60, "sip:x@%s%.3s:5060",
	    *host == 'N'   ? "203.0.113.1"
	    : *host == 'P' ? "203.0.113.2"
	    : *host == 'D' ? "phone.example"
			   : "10.0.0.",
	    *host == 'N' || *host == 'P' || *host == 'D' ? "" : host);
}

static struct rs_addr
say(struct kit *k, const char *w)
{
	struct rec_registration r;
	struct rec_contact c;
	struct rec_arena a;
	char host[4] = "", how = 0, more[40] = "", contact[60], *rest;
	int at = 0;
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_registration_type, &r);
	rec_init(&rec_contact_type, &c);
	CU_ASSERT_FATAL(
	    sscanf(w + 1, "%3[^@]@%d%c%39s", host, &at, &how, more) >= 3);
	r.aor = *w == 'Z' ? RS_LIT("sip:z@other.example")
			  : (struct rs_span){(const uint8_t *)w, 1};
	r.client.at.addr = k->client;
	r.started = at * RS_SEC;
	r.ended = r.started + RS_SEC / 10;
	r.visibility = REC_CLEAR;
	r.outcome = how == '+'   ? REC_REGISTERED
		    : how == '-' ? REC_REJECTED
				 : REC_CUT_OFF;
	long s = strtol(more, &rest, 10);
	if (how == '+')
		r.expires_granted = s;
	contact_of(contact, host);
	c.uri = rs_span_str(contact);
	c.instance = rs_span_str(how == '+' ? rest : more);
	*(struct rec_contact *)rec_list_add(&r.contacts, &a, sizeof c) = c;
	const struct rec_registration *to =
	    behind_of(k->behind, &rec_registration_type, &r);
	struct rs_addr place = to->client.at.addr;
	CU_ASSERT(rs_span_eq(to->aor, r.aor));
	rec_arena_clear(&a);
	return place;
}

static void
join(void *arg, const struct rs_addr *lead, const struct rs_addr *member)
{
	struct kit *k = arg;
	for (size_t i = 0; i < k->n; i++)
		if (rs_addr_eq(&k->lead[i], member))
			k->lead[i] = *lead;
}

static void
strays(void *arg, const struct rs_addr *place)
{
	struct kit *k = arg;
	for (size_t i = 0; i < k->n; i++)
		k->strays[i] |= rs_addr_eq(&k->lead[i], place);
}

static void
result(struct kit *k, char *to, size_t size)
{
	size_t at = 0;
	struct rs_addr host;
	memcpy(k->lead, k->place, sizeof k->lead);
	behind_join(k->behind, join, k);
	behind_strays(k->behind, strays, k);
	for (size_t i = 0; i < k->n; i++)
		at +=
		    (size_t)snprintf(to + at, size - at, "%s%u%s", i ? " " : "",
			rs_addr_place(&k->lead[i]), k->strays[i] ? "?" : "");
	if (behind_host(k->behind, &k->client, &host))
		snprintf(to + at, size - at, "!");
}

static const struct {
	const char *name, *words, *phones;
} rows[] = {
    {"one phone", "a5@10+60 a5@40+60", "0 0"},
    {"it has two lines", "a5@10+60 b5@11+60", "0 0"},
    {"two phones", "a5@10+60 b6@20+60", "0 1!"},
    {"whichever comes last", "a5@10+60 b6@20+60 a5@40+60 b6@50+60", "0 1 0 1!"},
    {"of one user", "a5@10+60 a6@20+60 a5@40+60 a6@50+60", "0 0 0 0"},
    {"its address changes", "a5@10+60 a6@20+60 a6@50+60", "0 0 0"},
    {"with two lines", "a5@10+60 b5@11+60 b6@20+60 a6@21+60", "0 0 0 0"},
    {"after a while", "a5@10+60 b6@200+60", "0 0"},
    {"one fails", "a5@10+60 b6@20-", "0 1!"},
    {"it begins", "b6@5- a5@10+60", "0 0"},
    {"again and again", "b6@5- a5@10+60 b6@15-", "0 1 0!"},
    {"both fail", "b6@5- a5@10- b6@15- a5@20-", "0 0 0 0"},
    {"a scanner", "a5@1- b6@2- c7@3- d8@4- a5@5-", "0 0 0 0 0"},
    {"cut off", "a5@10+60 b6@20?", "0 1!"},
    {"instances", "a5@10+60x b6@200+60y", "0 1!"},
    {"of one user, too", "a5@10+60x a6@20+60y", "0 1!"},
    {"one instance, two addresses", "a5@10+60x b6@20+60x a5@40+60x", "0 0 0"},
    {"... among others", "a5@10+60x b6@20+60x c7@30+60y", "0 0 2!"},
    {"... that changes", "a5@10+60x a5@20+60z b6@30+60y", "0 0 1!"},
    {"a third that came first", "c7@1- a5@10+60 b6@20+60", "0 1 2!"},
    {"a third that moves", "a5@10+60 b6@20+60 c7@30+60 c8@40+60", "0 1 2 2!"},
    {"public Contacts", "aN@10+60 bP@20+60 cD@30+60", "0 0 0"},
    {"a line by its public address", "a5@10+60 bP@20+60", "0 0"},
    {"public addresses, learned", "a5@10+60 b6@20+60 bN@21+60 aN@22+60",
	"0 1 1 0!"},
    {"a public address, then its own", "a5@10+60 b6@20+60 cN@30- c7@40+60",
	"0 1 2 2!"},
    {"before there was any", "cN@5- a5@10+60 b6@20+60 c7@40+60", "0 1 2 0!"},
    {"others by public addresses", "a5@10+60 b6@20+60 cN@30- dP@31+60",
	"0 1 2? 2?!"},
    {"all by public addresses, then their own",
	"aN@1+60 bN@2+60 a5@10+60 b6@20+60", "0 1 0 1!"},
    {"two lines, likewise", "aN@1+60 bN@2+60 a5@10+60 b5@11+60 c6@20+60",
	"0 0 0 0 2!"},
    {"a shared line, likewise", "aN@1+60 a5@10+60x a6@20+60y", "0 0 1!"},
    {"the other phone's instance", "aN@1+60y a5@10+60x a6@20+60y", "0 1 0!"},
    {"another domain", "a5@10+60 Z6@20+60", "0 0"},
    {"... among others", "a5@10+60 Z6@20+60 b7@30+60", "0 1 2!"},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		char text[120], said[120] = "", *save = NULL;
		unit_row(rows[i].name);
		begin(&k, 1 << 20);
		snprintf(text, sizeof text, "%s", rows[i].words);
		for (char *w = strtok_r(text, " ", &save); w;
		     w = strtok_r(NULL, " ", &save))
			k.place[k.n++] = say(&k, w);
		result(&k, said, sizeof said);
		if (strcmp(said, rows[i].phones) != 0)
			printf("# %s: got %s\n", rows[i].name, said);
		CU_ASSERT_STRING_EQUAL(said, rows[i].phones);
		end(&k);
	}
}

/* More than there are places for: the rest is in one of its own. */
static void
test_many(void)
{
	struct kit k;
	struct rs_addr host;
	char w[40];
	begin(&k, 1 << 20);
	for (unsigned i = 0; i < 250; i++) {
		snprintf(w, sizeof w, "%c%u@%u+600", 'A' + i % 60, i, i);
		struct rs_addr a = say(&k, w);
		CU_ASSERT_EQUAL(rs_addr_place(&a),
		    i < RS_ADDR_PLACES ? i : RS_ADDR_PLACES - 1);
	}
	behind_join(k.behind, join, &k);
	CU_ASSERT(behind_host(k.behind, &k.client, &host));
	const struct rs_addr rest =
	    rs_addr_behind(k.client, RS_ADDR_PLACES - 1);
	CU_ASSERT_FALSE(behind_host(k.behind, &rest, &host));
	end(&k);
	begin(&k, 1 << 20); /* and it stays so where its first user moves */
	for (unsigned i = 0; i < 130; i++) {
		snprintf(w, sizeof w, "%c%u@%u+600", i < 127 ? 'A' : 'a',
		    i == 127 ? 200 : i, i);
		(void)say(&k, w);
	}
	(void)say(&k, "a150@200+600");
	(void)say(&k, "b151@201+600");
	(void)say(&k, "c9@202+600");
	(void)say(&k, "d8@203+600");
	behind_join(k.behind, join, &k);
	CU_ASSERT_FALSE(behind_host(k.behind, &rest, &host));
	end(&k);
	begin(&k, 5000); /* no room: as if there were one */
	for (unsigned i = 0; i < 100; i++) {
		snprintf(w, sizeof w, "%c%u@%u+600", 'A' + i % 60, i, i);
		k.place[0] = say(&k, w);
	}
	CU_ASSERT_EQUAL(rs_addr_place(&k.place[0]), 0);
	end(&k);
}

/* A binding goes with its registrations. */
static void
test_binding(void)
{
	struct kit k;
	struct rec_binding b;
	const struct rec_binding *to;
	begin(&k, 1 << 20);
	rec_init(&rec_binding_type, &b);
	b.client.at.addr = k.client;
	b.aor = RS_LIT("b");
	b.contact = RS_LIT("sip:x@10.0.0.6:5060");
	to = behind_of(k.behind, &rec_binding_type, &b);
	CU_ASSERT_PTR_EQUAL(to, &b);
	(void)say(&k, "a5@10+60");
	(void)say(&k, "b6@20+60");
	to = behind_of(k.behind, &rec_binding_type, &b);
	CU_ASSERT_EQUAL(rs_addr_place(&to->client.at.addr), 1);
	b.contact = RS_LIT("sip:x@203.0.113.1:5060");
	to = behind_of(k.behind, &rec_binding_type, &b);
	CU_ASSERT_EQUAL(rs_addr_place(&to->client.at.addr), 1);
	b.aor = RS_LIT("a");
	to = behind_of(k.behind, &rec_binding_type, &b);
	CU_ASSERT_PTR_EQUAL(to, &b);
	end(&k);
}

UNIT_MAIN("behind", UNIT(test_rows), UNIT(test_many), UNIT(test_binding))
