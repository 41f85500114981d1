#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Phones over several reports: each tells their whole chain, what went well in
the reports before included, and blames nobody for what another report has."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "lib"))
from reports import *  # noqa: E402, F403
import tap  # noqa: E402

sys.path.insert(0, os.path.join(here(), "pcaps"))
sys.argv = sys.argv[:1]
from made_boot import *  # noqa: E402, F403
from made_dns import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403


def case(name):
    return savefile(os.path.join(here(), "pcaps", name, name + ".pcap"))


def is_so(name, got, want):
    tap.told(got == want, name, "got  %s" % (got,), "want %s" % (want,))


def boots(at=0, options=None, card=PHONE_MAC, own="192.0.2.17"):
    """A phone that gets an address, resolves its registrar, and registers."""
    c = Wire({own: card})
    client = Client(c, card)
    client.binds(at, your=own, **({"options": options} if options else {}))
    c.arp(at + 0.1, 1, own, card, own)
    return c, client


def ticks(c, *times):
    """Time passes."""
    for at in times:
        c.arp(at, 1, "192.0.2.1", ROUTER_MAC, "192.0.2.99")


# ---- what was seen before is known ----

def lease_then_refused():
    c, _ = boots()
    line(c, "192.0.2.17", "2000").refused(40, "first")
    ticks(c, 18, 60)
    r = reports(packets_of(c), [20])
    p = phone(r[1], "192.0.2.17")
    is_so("a lease of the first interval, a refusal in the second",
          (chain(p), p.get("stopped_at"), p.get("mac")),
          ("link* dhcp* sip-", "sip", PHONE_MAC))
    is_so("the lease is told once", [len(x.get("lease", [])) for x in r],
          [1, 0])
    is_so("and named where it is leaned on",
          [s["records"] for s in p["chain"] if s["stage"] == "dhcp"],
          [["lease " + r[0]["lease"][0]["id"]]])


def lease_still_open():
    c, _ = boots(options=network(more=option(150, address("192.0.2.66"))))
    line(c, "192.0.2.17", "2000").refused(2, "first")
    ticks(c, 60, 400)
    r = reports(packets_of(c), [30, 350])
    is_so("a lease that a later report tells of",
          (chain(phone(r[1], "192.0.2.17")),
           [len(x.get("lease", [])) for x in r]),
          ("link* dhcp+ sip-", [0, 0, 1]))


def one_phone():
    whole = case("phone-dual-stack")
    r = reports(whole, [3.15, 24, 26])
    p = phone(r[3], "192.0.2.17")
    is_so("addresses are joined before the end, and steps of all of them known",
          (sorted(p.get("addresses", [])), chain(p)),
          (["192.0.2.17", "2001:db8:1::17", "fe80::17"],
           "link* dhcp* dns+ tcp- sip+"))


def tls_for_days():
    whole = case("keys-tls13-gcm")
    head, packets = whole
    r = reports(whole, [time_of(packets[-1], packets[0]) / 2], "--keylog",
                os.path.join(here(), "pcaps/keys-tls13-gcm/keys.log"))
    p = r[-1].get("phone", [{}])[0]
    tap.told("tls*" in chain(p) or "tls+" in chain(p),
             "SIP over TLS whose handshake was told before", chain(p))


# ---- and nobody is blamed for it ----

def registered_before_the_lease_closed():
    c, client = boots(options=network(more=option(66, b"192.0.2.66")))
    client.asks(1, "192.0.2.66", 69)
    line(c, "192.0.2.17", "2000").registers(5, 3600)
    ticks(c, 60, 400, 410)
    r = reports(packets_of(c), [30, 350])
    is_so("a lease that names a server, of a phone that registered",
          [codes(x) for x in r], [[], [], []])


def renewed_while_registered():
    more = network(more=option(66, b"192.0.2.66"))
    c, client = boots(options=more)
    line(c, "192.0.2.17", "2000").registers(5, 3600)
    client.xid += 1
    client.binds(500, options=more)
    ticks(c, 450, 900, 910)
    r = reports(packets_of(c), [450, 480])
    is_so("another lease of a phone whose binding is in force",
          [codes(x) for x in r], [[], [], []])


def names_of_certificates():
    for name in "tls12-srv-names-domain", "tls12-srv-names-target":
        whole = case(name)
        got = {x for cut in range(1, len(whole[1]), 5)
               for r in reports(whole, [time_of(whole[1][cut], whole[1][0])])
               for x in codes(r)}
        tap.told("tls.name-mismatch" not in got,
                 "the name that was looked up before: " + name, got)


def other_hosts():
    whole = case("phone-address-passed-on")
    for cut in 5, 130, 160.15:
        r = reports(whole, [cut])
        p = phone(r[1], "192.0.2.17")
        is_so("the next one with that address, %s s" % cut,
              (p.get("mac"), chain(p), p.get("outcome")),
              (OTHER_MAC, "link%s dhcp+ sip+" % ("*" if cut > 160 else "+"),
               "registered"))


def other_hosts_6():
    whole = case("phone-address6-passed-on")
    for cut in 50, 130, 161.2:
        p = phone(reports(whole, [cut])[1], "2001:db8:1::17")
        is_so("likewise of IPv6, %s s" % cut,
              (p.get("mac"), sorted(p.get("addresses", [])), chain(p),
               p.get("outcome")),
              (OTHER_MAC, ["2001:db8:1::17", "fe80::42"],
               "link%s dhcp+ sip+" % ("*" if cut > 161 else "+"),
               "registered"))
    for name in "phone-address6-shared", "phone-address6-docked":
        r = reports(case(name), [50, 170 if "dock" in name else 303])
        is_so("no other phone: " + name,
              [len(x.get("phone", [])) for x in r], [0, 1, 1])


def stuck_where_another_registered():
    c, client = boots()
    line(c, "192.0.2.17", "2000").registers(5, 3600)
    client.says(100, RELEASE, addresses(54, ROUTER), "192.0.2.17", ROUTER)
    c.cards["192.0.2.17"] = OTHER_MAC
    Client(c, OTHER_MAC).binds(200, your="192.0.2.17")
    c.arp(200.1, 1, "192.0.2.17", OTHER_MAC, "192.0.2.17")
    for at in 201, 231, 261:
        Resolver(c, "192.0.2.17").asks(at, "_sips._tcp.other.example", SRV,
                                       rcode=3)
    ticks(c, 150, 900, 910)
    for cuts in [], [150]:
        r = reports(packets_of(c), cuts)[-1]
        is_so("the next one does not get so far, cuts %s" % cuts,
              ([(p.get("mac"), p.get("stopped_at"))
                for p in r.get("phone", []) if p.get("mac") == OTHER_MAC],
               codes(r)), ([(OTHER_MAC, "dns")], ["dns.srv-missing"]))


def lease_over():
    c, _ = boots()
    line(c, "192.0.2.17", "2000").refused(4000, "first")
    ticks(c, 3900, 4100)
    r = reports(packets_of(c), [1000, 3950])
    is_so("a lease that ended since", chain(phone(r[2], "192.0.2.17")),
          "link* sip-")


def released():
    c, client = boots()
    client.says(100, RELEASE, addresses(54, ROUTER), "192.0.2.17", ROUTER)
    line(c, "192.0.2.17", "2000").refused(400, "first")
    ticks(c, 300, 500)
    r = reports(packets_of(c), [50, 200])
    is_so("a lease that was given back", chain(phone(r[2], "192.0.2.17")),
          "link* sip-")


# ---- and told while it happens ----

def bindings(report):
    return [(b["state"], len(b["lapses"]), len(b["grants"]),
             b["grants_total"]) for b in report.get("binding", [])]


def bindings_lapse():
    """One that is refreshed late, one that is in time, one that never is."""
    c, _ = boots()
    late = line(c, "192.0.2.17", "2000")
    good = line(c, "192.0.2.17", "2001")
    late.registers(5, 60)
    good.registers(6, 600)
    line(c, "192.0.2.17", "2002").registers(7, 60)
    late.registers(110, 60)
    late.registers(150, 600)
    ticks(c, 20, 28, 70, 88, 120, 128, 190, 198, 280)
    r = reports(packets_of(c), [30, 90, 130, 200])
    is_so("what is held, and what ran out, while it happens",
          [sorted(bindings(x)) for x in r],
          [[("held", 0, 1, 1)] * 3,
           [("expired", 0, 1, 1)] * 2 + [("held", 0, 1, 1)],
           [("held", 0, 1, 1), ("held", 1, 2, 2)],
           [("held", 0, 1, 1), ("held", 0, 3, 3)],
           [("held", 0, 1, 1), ("held", 0, 1, 3)]])
    is_so("a lapse is told once", [codes(x) for x in r],
          [[], [], ["sip.binding-lapsed"], [], []])


def silent():
    """Once, in the report that has the lease, where that shows it by itself."""
    for name, cut, want in (
            ("phone-silent", 220, ["phone.silent"]),
            ("phone-silent", 100, []),
            ("phone-silent-port", 190, ["phone.silent"])):
        r = reports(case(name), [cut])
        is_so("%s, with a report at %d s" % (name, cut),
              [codes(x) for x in r],
              [want, [] if want else ["phone.silent"]])
    for name in "elsewhere", "registered", "short":
        whole = case("phone-silent-" + name)
        last = time_of(whole[1][-1], whole[1][0])
        got = [x for part in (2, 5, 7)
               for one in reports(whole, [last * part / 8])
               for x in codes(one) if x == "phone.silent"]
        is_so("nobody is silent: phone-silent-" + name, got, [])


def link_faults():
    r = reports(case("link-eap-failed"), [])
    want = codes(r[0])
    whole = case("link-eap-failed")
    c = Wire({})
    ticks(c, 300, 310)
    extra = packets_of(c)[1]
    r = reports((whole[0], whole[1] + extra), [305])
    is_so("802.1X, before the end", [codes(x) for x in r], [want, []])
    for name in "link-arp-late", "link-eap-succeeded", "link-nd-late":
        whole = case(name)
        last = time_of(whole[1][-1], whole[1][0])
        got = [x for part in (1, 2, 3, 5, 7)
               for one in reports(whole, [last * part / 8])
               for x in codes(one)]
        is_so("too early to tell: " + name, got, [])


TESTS = (
    lease_then_refused, lease_still_open, one_phone, tls_for_days,
    registered_before_the_lease_closed, renewed_while_registered,
    names_of_certificates, other_hosts, other_hosts_6,
    stuck_where_another_registered, lease_over, released, bindings_lapse,
    silent, link_faults)

for test in TESTS:
    test()
sys.exit(tap.done())
