/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles: patterns, files that are none, and whose a request is. */
#include "profile/set.h"
#include "unit.h"

#include <glib/gstdio.h>

static void
test_patterns(void)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} rows[] = {
	    {"a", "a", true},
	    {"a", "A", true},
	    {"a", "ab", false},
	    {"", "", true},
	    {"*", "", true},
	    {"*.example.net", "a.b.Example.net", true},
	    {"*.example.net", "example.net", false},
	    {"*.example.net", "a.example.net.evil", false},
	    {"a*b*c", "aXbXbXc", true},
	    {"a*b*c", "aXbX", false},
	    {"?##", "z0F", true},
	    {"?##", "z0g", false},
	    {"**a", "bba", true},
	    {"a?", "a", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unit_row(rows[i].pattern);
		CU_ASSERT_EQUAL(
		    profile_match(rows[i].pattern, rs_span_str(rows[i].text)),
		    rows[i].want);
	}
}

/* Retries do not add up, whatever the text. */
static void
test_patterns_are_cheap(void)
{
	g_autofree char *text = g_strnfill(60000, 'a');
	gint64 began = g_get_monotonic_time();
	CU_ASSERT_FALSE(profile_match("*a*a*a*a*a*a*b", rs_span_str(text)));
	CU_ASSERT(g_get_monotonic_time() - began < G_USEC_PER_SEC);
}

static const struct profile *
read_text(struct profile_set *s, const char *name, const char *text)
{
	g_autofree char *dir = g_dir_make_tmp("profile-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autoptr(GError) e = NULL;
	CU_ASSERT(g_file_set_contents(path, text, -1, NULL));
	const struct profile *p = profile_set_file(s, path, &e);
	CU_ASSERT_EQUAL(p == NULL, e != NULL);
	g_remove(path);
	g_rmdir(dir);
	return p;
}

static void
test_files(void)
{
	struct profile_set *s = profile_set_new();
	const struct profile *p = read_text(s, "x.profile",
	    "[Profile]\nTitle=X\n[Service]\nDomains=*.a.example;b.example\n"
	    "Ports=5061;8934\nPortTells=yes\nExpires=3600\nGranted=60-180\n"
	    "OtherAuthUser=yes\nRegisters=no\nTransports=tls\n"
	    "[Provisioning]\nHosts=p.example\nOnlyTheseHosts=yes\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_STRING_EQUAL(p->name, "x");
	CU_ASSERT_STRING_EQUAL(p->title, "X");
	CU_ASSERT(profile_has_port(p, 8934) && !profile_has_port(p, 80));
	CU_ASSERT(p->asked.least == 3600 && p->asked.most == 3600);
	CU_ASSERT(p->granted.least == 60 && p->granted.most == 180);
	CU_ASSERT(
	    p->telling && p->other_user && p->no_register && p->exclusive);
	/* The same name again takes its place. */
	CU_ASSERT_PTR_NOT_NULL(
	    read_text(s, "x.profile", "[Profile]\nTitle=Y\n"));
	CU_ASSERT_EQUAL(profile_set_n(s), 1);
	CU_ASSERT_STRING_EQUAL(profile_find(s, "x")->title, "Y");
	static const char *const wrong[] = {"", "nonsense",
	    "[Service]\nPort=5061\n", "[Service]\nPorts=none\n",
	    "[Service]\nPorts=1;2;3;4;5;6;7;8;9\n", "[Service]\nExpires=x\n",
	    "[Service]\nExpires=60-30\n", "[Service]\nExpires=60-\n",
	    "[Service]\nPortTells=maybe\n", "[Other]\nTitle=X\n",
	    "[Profile]\nHosts=a\n", "[Provisioning]\nDomains=a\n"};
	for (size_t i = 1; i < G_N_ELEMENTS(wrong); i++) {
		unit_row(wrong[i]);
		CU_ASSERT_PTR_NULL(read_text(s, "y.profile", wrong[i]));
	}
	CU_ASSERT_EQUAL(profile_set_n(s), 1);
	profile_set_free(s);
}

/* What is installed is readable, and says what it is there for. */
static void
test_installed(void)
{
	g_autofree char *folder = g_build_filename(
	    g_getenv("srcdir") ? g_getenv("srcdir") : ".", "profiles", NULL);
	g_autoptr(GError) e = NULL;
	struct profile_set *s = profile_set_new();
	enum profile_told told;
	const struct rs_span none = {NULL, 0};
	CU_ASSERT(profile_set_folder(s, folder, &e));
	if (e)
		printf("# %s\n", e->message);
	static const char *const names[] = {"asterisk", "cisco-mpp", "generic",
	    "grandstream", "kamailio", "poly", "snom", "teams-direct-routing",
	    "webex-calling", "yealink"};
	CU_ASSERT_EQUAL_FATAL(profile_set_n(s), G_N_ELEMENTS(names));
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		CU_ASSERT_STRING_EQUAL(profile_set_at(s, i)->name, names[i]);
	static const struct {
		const char *agent, *path, *want;
	} rows[] = {
	    {"Cisco-CP-8865-3PCC/12.0.2 (00005e005317)", "/x", "cisco-mpp"},
	    {NULL, "SEP00005E005317.cnf.xml", "cisco-mpp"},
	    {"Yealink SIP-T46S 66.85.0.5 00:00:5e:00:53:17", "/", "yealink"},
	    {NULL, "/y000000000028.cfg", "yealink"},
	    {"FileTransport PolycomVVX-VVX_411-UA/5.9.0", "/", "poly"},
	    {"Grandstream Model HW GXP2170 SW 1.0.11.6", "/", "grandstream"},
	    {"Mozilla/4.0 (compatible; snomD765-SIP 10.1.42)", "/", "snom"},
	    {"Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0", "/index.html",
		NULL},
	    {"curl/8", "/favicon.ico", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct profile *p = profile_of_request(s,
		    rows[i].agent ? rs_span_str(rows[i].agent) : none,
		    rs_span_str(rows[i].path));
		unit_row(rows[i].path);
		CU_ASSERT_EQUAL(p != NULL, rows[i].want != NULL);
		if (p && rows[i].want)
			CU_ASSERT_STRING_EQUAL(p->name, rows[i].want);
	}
	CU_ASSERT_PTR_NOT_NULL(
	    profile_of_host(s, RS_LIT("activate.cisco.com")));
	CU_ASSERT_PTR_NULL(profile_of_host(s, RS_LIT("www.cisco.com")));
	CU_ASSERT(profile_optional(s, RS_LIT("CTLSEP00005E005317.tlv")));
	CU_ASSERT_FALSE(profile_optional(s, RS_LIT("SEP00005E005317.cnf.xml")));
	const struct profile *p = profile_of_service(
	    s, RS_LIT("hs1.hosted-eu.bcld.webex.com"), none, 5060, &told);
	CU_ASSERT(p && told == PROFILE_BY_NAME);
	p = profile_of_service(s, none, RS_LIT("example.com"), 8934, &told);
	CU_ASSERT(p && told == PROFILE_BY_PORT);
	p = profile_of_service(s, none, RS_LIT("example.com"), 5061, &told);
	CU_ASSERT(p == NULL && told == PROFILE_TOLD_NONE);
	CU_ASSERT(profile_set_force(s, "kamailio", NULL));
	p = profile_of_service(s, none, RS_LIT("example.com"), 5061, &told);
	CU_ASSERT(p && told == PROFILE_FORCED);
	CU_ASSERT_FALSE(profile_set_force(s, "nobody", &e));
	CU_ASSERT(e && strstr(e->message, "webex-calling") != NULL);
	profile_set_free(s);
}

static void
test_nothing_known(void)
{
	enum profile_told told;
	const struct rs_span a = RS_LIT("a");
	CU_ASSERT_EQUAL(profile_set_n(NULL), 0);
	CU_ASSERT_PTR_NULL(profile_of_host(NULL, a));
	CU_ASSERT_PTR_NULL(profile_of_request(NULL, a, a));
	CU_ASSERT_PTR_NULL(profile_of_service(NULL, a, a, 8934, &told));
	CU_ASSERT_FALSE(profile_optional(NULL, a));
}

UNIT_MAIN("profile", UNIT(test_patterns), UNIT(test_patterns_are_cheap),
    UNIT(test_files), UNIT(test_installed), UNIT(test_nothing_known))
