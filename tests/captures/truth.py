#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs regscan over a folder of real captures and holds its counts against
the folder's truth.json: SIP requests and responses by kind, TLS hellos and
alerts by frame, and the nine attempts of sip.pcap in every field.

The captures are not part of the project: where the folder is absent the test
is skipped.  REGSCAN_CAPTURES names it, REGSCAN the program.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lib"))
sys.dont_write_bytecode = True  # the source tree may be read-only
from at_hand import FOLDER  # noqa: E402
from tap import done, skip, told  # noqa: E402

REGSCAN = os.environ.get("REGSCAN", "./regscan")

# What later work must still read; the value says what is missing.
UNREAD = {
    "c07-sip-r2.cap": "a NetMon file, neither pcap nor pcapng",
}
# Where truth.json and regscan rightly differ: (capture, what) -> reason.
DIFFERS = {
    ("ssl-v2.pcap", "client_hello"):
        "the hello of frame 4 is in SSLv2 format, told as an anomaly",
    ("ssl-v2.pcap", "server_hello"):
        "so is the answer of frame 8",
    ("google_ssl.pcap", "client_hello"):
        "the hello of frame 4 is in SSLv2 format, told as an anomaly",
}

# capture, first and last frame, outcome, status, kind, rrd_ms, aor, frames
# (frames 76 to 78 are an INVITE's)
SIP_PCAP = [
    (1, 5, "rejected", 403, "initial", None, "voi18063"),
    (6, 9, "auth_failed", 401, "initial", None, "voi18063"),
    (10, 13, "auth_failed", 401, "initial", None, "voi18062"),
    (14, 18, "registered", 200, "initial", 17496.509, "voi18062"),
    (61, 64, "auth_failed", 401, "removal", None, "voi18062"),
    (65, 68, "auth_failed", 401, "initial", None, "35104723"),
    (69, 73, "registered", 200, "initial", 17545.464, "35104723"),
    (74, 80, "auth_failed", 401, None, None, "35104723"),
    (105, 109, "registered", 200, None, 17618.603, "35104723"),
]


def report(capture):
    run = subprocess.run(
        [REGSCAN, "--format", "json", "--all-tls", capture],
        cwd=FOLDER, capture_output=True, timeout=60)
    return json.loads(run.stdout), run.returncode, run.stderr.decode()


def steps(r, *names):
    """Frames of those messages, over all handshakes."""
    return sorted({s["frame"]["frame"] for h in r["handshakes"]
                   for s in h["steps"] if s["what"] in names})


def alerts(r):
    return sorted(
        (a["frame"]["frame"], str(a["level"]), str(a["number"]),
         h[a["from"]]["address"])
        for h in r["handshakes"] for a in h["alerts"]
        if not a.get("encrypted"))


def same(capture, what, got, want):
    reason = DIFFERS.get((capture, what))
    if reason:
        skip("%s: %s" % (capture, what), reason)
    else:
        told(got == want, "%s: %s" % (capture, what),
             "got  %s" % (got,), "want %s" % (want,))


def check(truth):
    capture = truth["capture"]
    r, status, complaint = report(capture)
    if capture in UNREAD:
        skip(capture, "not read yet: " + UNREAD[capture])
        return
    c = r["coverage"]
    told(complaint == "" and status in (0, 1, 4), capture + ": is read",
         complaint, status)
    told(c["packets"] == truth["packets"], capture + ": packets",
         c["packets"])
    sip = truth["sip"]
    same(capture, "SIP requests", c.get("sip_requests", {}), sip["requests"])
    same(capture, "SIP responses", c.get("sip_responses", {}),
         sip["responses"])
    same(capture, "responses to REGISTER", c.get("responses_to_register", {}),
         sip["responses_to_register"])
    check_dhcp(capture, r, truth.get("dhcp"))
    tls = truth.get("tls")
    if tls is None:
        return
    same(capture, "client_hello", steps(r, "client_hello"),
         tls["client_hello_frames"])
    same(capture, "server_hello", steps(r, "server_hello"),
         tls["server_hello_frames"])
    same(capture, "hello_retry_request", steps(r, "hello_retry_request"),
         tls["hello_retry_request_frames"])
    same(capture, "alerts", alerts(r), sorted(
        (a["frame"], a["level"], a["number"], a["from"])
        for a in tls["clear_alerts"]))


def check_dhcp(capture, r, dhcp):
    """Each message of version 4 is in a lease, and each option that the truth
    lists in an offer or a grant."""
    if dhcp is None:
        return
    same(capture, "DHCP messages", sum(
        len(x["frames"]) for x in r["leases"] if x["protocol"] == "dhcpv4"),
         sum(dhcp["msgs"].values()))
    options = {str(o["code"]) for lease in r["leases"]
               for part in [lease] + lease["offers"]
               for o in part["provisioning"]}
    same(capture, "DHCP options", sorted(options), sorted(dhcp["options"]))


def check_not_phones():
    """A host that boots by PXE, and one that looks for DHCPv6 in vain: neither
    is a phone, and nothing is wrong."""
    found = {f["code"] for f in report("emix.pcap")[0]["findings"]}
    told(not {c for c in found if c.startswith(("dhcp.", "link."))},
         "emix.pcap: no phone is blamed", sorted(found))


def check_sip_pcap():
    r, status, _ = report("sip.pcap")
    regs = r["registrations"]
    told(len(regs) == 9, "sip.pcap: nine attempts", len(regs))
    for reg, want in zip(regs, SIP_PCAP):
        first, last, outcome, code, kind, rrd, user = want
        frames = [f["frame"] for f in reg["frames"]]
        got = (frames[0], frames[-1], reg["outcome"], reg["status"],
               reg["kind"] if kind else None, reg.get("rrd_ms"))
        if rrd is not None and got[5] is not None:
            got = got[:5] + (round(got[5], 3),)
        told(got == (first, last, outcome, code, kind, rrd) and
             user in reg["aor"], "sip.pcap: attempt of frame %d" % first,
             "got  %s %s" % (got, reg["aor"]), "want %s" % (want,))
    frames = [f["frame"] for f in regs[7]["frames"]]
    told(not {76, 77, 78} & set(frames),
         "sip.pcap: the INVITE is not the registration's", frames)
    s = r["summary"]
    told(s["ira_percent"] == 5.6, "sip.pcap: IRA", s["ira_percent"])
    told(s["attempt_failure_percent"] == 62.5, "sip.pcap: failure",
         s["attempt_failure_percent"])
    told(status == 1, "sip.pcap: exit status", status)


def check_tls():
    for capture, state, by, alert in (
            ("tls-early-alert.pcap", "completed", None, None),
            ("tls_alert.pcap", "failed", "server", 70),
            ("tls-1.2-handshake-failure.pcap", "failed", "server", 40),
            ("badcurveball.pcap", "failed", "client", 46),
            ("tls-1.2-protocol-error.pcap", "failed", "server", None),
            ("google_ssl.pcap", "completed", None, None),
            ("pppoe-over-qinq.pcap", "completed", None, None),
            ("tls_1.2_unidirectional_client.pcapng", "cut_off", None, None)):
        h = [x for x in report(capture)[0]["handshakes"]
             if x["state"] != "midstream"]
        got = [(x["state"], x.get("failed_by")) for x in h]
        numbers = [a["number"] for x in h for a in x["alerts"]
                   if a.get("level") == 2]
        told(got == [(state, by)] and
             (alert is None or numbers == [alert]),
             "%s: %s" % (capture, state), got, numbers)


def check_dns():
    """The whole chain of aaa.pcap: SRV is not answered, so challenges are
    answered late, so the nonce is refused."""
    r, status, _ = report("aaa.pcap")
    srv = [x for x in r["lookups"] if x["type"] == "SRV"]
    told(len(srv) == 48 and sum(x["queries"] for x in srv) == 237,
         "aaa.pcap: 237 queries for SRV in 48 look-ups", len(srv))
    states = [x["state"] for x in sorted(srv, key=lambda x: x["started"])]
    told(states == ["no_answer"] * 47 + ["cut_off"],
         "aaa.pcap: none is answered, and the last one is not known", states)
    told(all(x["state"] == "answered" for x in r["lookups"]
             if x["type"] in ("A", "PTR")),
         "aaa.pcap: addresses and names of them are")
    found = [x for x in r["findings"] if x["code"].startswith("dns.")]
    told([(x["code"], x["certainty"]) for x in found] ==
         [("dns.no-answer", "certain")] and
         "9 were answered up to 34.1 s late" in found[0]["detail"],
         "aaa.pcap: one finding of DNS, with its consequence", found)
    late = [x for x in r["findings"] if x["code"] == "sip.nonce-expired"]
    told(late and all(x["certainty"] == "likely" and
                      "dns.no-answer" in x["detail"] for x in late),
         "aaa.pcap: the nonce that was refused names it", late)
    r, _, _ = report("dns-udp-eve-log-srv.pcap")
    got = [(x["name"], x["state"], sorted((a["priority"], a["port"])
                                          for a in x["answers"]))
           for x in r["lookups"]]
    told(got == [("_sip._udp.sip.voice.google.com", "answered",
                  [(10, 5060), (20, 5060)])],
         "dns-udp-eve-log-srv.pcap: two targets", got)


def main():
    truth = os.path.join(FOLDER, "truth.json")
    if not os.path.exists(truth):
        print("1..0 # SKIP the folder of captures is not here")
        return 0
    with open(truth) as f:
        for t in json.load(f):
            check(t)
    check_sip_pcap()
    check_tls()
    check_dns()
    check_not_phones()
    return done()


sys.exit(main())
