# SPDX-License-Identifier: Apache-2.0
"""What a report must say of registration, told from tshark's messages and the
definitions of REPORT.md and regscan-report(5); knows nothing of how regscan
comes to it.

Transactions are found without the report.  Which of them are one attempt is
taken from it; all that it says of them is then expected anew.  None is a key
that must be absent, and ANY one whose value the packets leave open.
"""

import dataclasses
import decimal

ANY = object()
SPAN = decimal.Decimal("0.1")    # s between two copies of one packet
T = 32                           # s, 64*T1 of RFC 3261 17.1.2.2
OPEN = 120                       # s that a challenge stays open


def ms(duration):
    return float(duration * 1000)


@dataclasses.dataclass
class Transaction:
    request: object              # tshark.Message, the first transmission
    repeats: list
    answers: list                # as they came
    copies: list                 # frames that show a packet once more

    @property
    def final(self):
        return next((m for m in self.answers if int(m.what) >= 200), None)

    @property
    def frames(self):
        return sorted({n for m in [self.request, *self.repeats, *self.answers]
                       for n in m.frames} | set(self.copies))

    @property
    def credentials(self):
        return bool(self.request.all("Authorization")
                    or self.request.all("Proxy-Authorization"))


def is_copy(a, b):
    """Is b the packet a seen once more (a SPAN port)?"""
    return (a.src, a.dst, a.ip_id, a.size, a.what, a.branch, a.cseq) == (
        b.src, b.dst, b.ip_id, b.size, b.what, b.branch, b.cseq
        ) and b.at - a.at < SPAN and a.frame != b.frame


def transactions(messages):
    """([Transaction], [answers whose request is not there])."""
    found, lost, by_key, before = [], [], {}, {}
    for m in messages:
        if not m.register():
            continue
        key = (m.value("Call-ID"), m.cseq, m.branch)
        old = before.get((key, m.what, m.src, m.dst))
        before[key, m.what, m.src, m.dst] = m
        ours = by_key.setdefault(key, [])
        if m.request:
            t = next((t for t in ours if (t.request.src, t.request.dst) == (
                m.src, m.dst)), None)
            if t is None:
                t = Transaction(m, [], [], [])
                ours.append(t)
                found.append(t)
            elif old and is_copy(old, m):
                t.copies += m.frames
            else:
                t.repeats.append(m)
            continue
        # An answer may come to another port, or from one, than it should.
        fits = [[t for t in ours if test(t.request)] for test in (
            lambda r: (r.src, r.dst) == (m.dst, m.src),
            lambda r: (r.src[0], r.dst[0]) == (m.dst[0], m.src[0]))]
        t = next((f[-1] for f in fits if f), None)
        if t is None:
            lost.append(m)
        elif old and is_copy(old, m):
            t.copies += m.frames
        else:
            t.answers.append(m)
    return found, lost


# ---- of one transaction ----

ASKS = ("WWW-Authenticate", "Proxy-Authenticate")
ANSWERS = ("Authorization", "Proxy-Authorization")
LENGTH = {"MD5": 32, "SHA-256": 64, "SHA-512-256": 64}


def credentials(message):
    """Authorization before Proxy-Authorization, in whatever order they
    came."""
    return [a for name in ANSWERS for a in message.auths(name)]


def algorithm(a):
    return (a.get("algorithm") or "MD5").upper()


def flaws(a, request, asked, used):
    """What is odd about credentials: against the challenges of all before
    (asked), and the nonces and counts of all before (used)."""
    found = set()
    if a.get("scheme") != "Digest":
        return found
    qop, nc, nonce = a.get("qop"), a.get("nc"), a.get("nonce")
    of = [c for c in asked if c.get("nonce") == nonce]
    offered = [q.strip() for c in of for q in (c.get("qop") or "").split(",")
               if q.strip()]
    tests = {
        "username_missing": a.get("username") is None,
        "uri_differs": a.get("uri") != request.field(
            "Request-Line", "r-uri"),
        "response_length": len(a.get("digest.response", "")) != LENGTH.get(
            algorithm(a).removesuffix("-SESS"), 32),
        "nc_missing": qop and not nc, "cnonce_missing":
            qop and not a.get("cnonce"),
        "nc_without_qop": nc and not qop,
        "nc_malformed": nc and (
            len(nc) != 8 or not set(nc) <= set("0123456789abcdefABCDEF")),
        "nc_reused": nc and (nonce, nc) in used,
        "nonce_unknown": asked and not of,
        "realm_differs": of and a.get("realm") not in [
            c.get("realm") for c in of],
        "algorithm_not_offered": of and algorithm(a) not in [
            algorithm(c) for c in of],
        "qop_missing": offered and not qop,
        "qop_not_offered": of and qop and qop not in offered,
    }
    return {name for name, is_so in tests.items() if is_so}


def authorization(a, request, asked, used):
    nc = a.get("nc")
    return {"scheme": a.get("scheme"), "username": a.get("username"),
            "realm": a.get("realm"), "algorithm": a.get("algorithm"),
            "qop": a.get("qop"), "nc": int(nc, 16) if nc else None,
            "flaws": flaws(a, request, asked, used)}


def answers(a, c):
    """Are these credentials the answer to that challenge?"""
    if c.get("scheme") != "Digest":
        return a.get("scheme") == c.get("scheme")
    return a.get("nonce") == c.get("nonce") and algorithm(a) == algorithm(c)


def challenge(c, at, later):
    """Later are the requests of the attempt after it."""
    back = next((m for m in later for a in credentials(m)
                 if answers(a, c)), None)
    if c.get("scheme") != "Digest" and back:
        back, age = True, None
    else:
        age = ms(back.began - at) if back else None
    stale = (c.get("stale") or "").lower()
    return {"scheme": c.get("scheme"), "realm": c.get("realm"),
            "algorithm": c.get("algorithm"), "qop": c.get("qop"),
            "stale": {"true": True, "false": False}.get(stale),
            "proxy": c["header"] == "Proxy-Authenticate",
            "answered": back is not None,
            "nonce_age_ms": age}


def transaction(t, later, asked, used):
    r, f = t.request, t.final
    early = [m for m in t.answers if int(m.what) < 200
             and (f is None or m.at <= f.at)]
    names = {"420": "Unsupported", "421": "Require", "439": None,
             "494": "Security-Server"}
    want = {
        "branch": r.branch, "cseq": r.cseq,
        "client": r.src, "server": r.dst,
        "request_frame": r.frames[0], "request_time": r.began,
        "retransmissions": len(t.repeats),
        "retransmission_frames": [m.frames[0] for m in t.repeats],
        "request_size": r.size,
        "fragmented": len(r.frames) > 1 if r.transport == "udp" else None,
        "credentials": t.credentials,
        "authorizations": [authorization(a, r, asked, used)
                           for a in credentials(r)],
        "provisional": int(early[-1].what) if early else None,
        "provisional_frame": early[-1].frames[0] if early else None,
        "status": int(f.what) if f else None,
        "reason": f.reason if f else None,
        "response_frame": f.frame if f else None,
        "response_time": f.at if f else None,
        "response_repeats": sum(
            int(m.what) >= 200 for m in t.answers) - 1 if f else 0,
        "delay_ms": ms(f.at - r.began) if f else None,
        "challenges": [challenge(c, f.at, later) for c in f.auths(
            *ASKS)] if f else [],
        "retry_after": f.number("Retry-After") if f else None,
        "min_expires": f.number("Min-Expires") if f else None,
        "extensions": None,
    }
    if f and names.get(f.what):
        want["extensions"] = f.value(names[f.what])
    return want


# ---- of contacts ----

def seconds(contact, message):
    """RFC 3261 10.2.1.1 and 10.2.4: the parameter before the header."""
    own = contact.params.get("expires")
    if own is not None:
        return int(own) if own.isdigit() else None
    return message.number("Expires")


def bound(c, answer):
    """The contact of a 2xx that is this one of its request; what lies between
    may have rewritten the host of the only one (an ALG)."""
    listed = answer.contacts()
    for o in listed:
        if o.same(c):
            return o
    if len(listed) == 1 and listed[0].user == c.user:
        return listed[0]
    return None


def contact(c, request, answer):
    """One of contacts[]: of the request, with what the 2xx makes of it."""
    there = bound(c, answer) if answer else None
    params = there.params if there else {}
    return {"uri": c.uri, "instance": c.params.get("+sip.instance"),
            "reg_id": c.params.get("reg-id"),
            "expires_requested": seconds(c, request),
            "expires_granted": seconds(there, answer) if there else None,
            "pub_gruu": params.get("pub-gruu"),
            "temp_gruu": params.get("temp-gruu")}


def elements(message, header):
    """Of Path and its like, between commas outside of <> and quotes."""
    found = []
    for value in message.values(header):
        one, inside, quoted = "", False, False
        for c in value + ",":
            quoted ^= c == '"'
            inside = (inside or c == "<") and c != ">"
            if c == "," and not inside and not quoted:
                found.append(one.strip())
                one = ""
            else:
                one += c
    return found


def aor(uri):
    """Without parameters and headers (RFC 3261 10.3, step 5)."""
    return uri.partition(";")[0].partition("?")[0] if uri else None


# ---- of one registration ----

class Attempt:
    """What the report calls one, by its transactions."""

    def __init__(self, capture, ts, legs, earlier):
        self.capture, self.ts, self.legs = capture, ts, legs
        self.earlier = earlier      # Attempts before it
        self.first, self.last = ts[0].request, ts[-1].request
        done = [t for t in ts if t.final]
        self.done = max(done, key=lambda t: t.final.at) if done else None
        self.final = self.done.final if self.done else None
        ok = self.final is not None and self.final.what[0] == "2"
        self.ok = self.final if ok else None
        # What was asked for at last: after a 423 it is not what it was.
        self.asks = self.done.request if ok else self.last
        self.contacts = self.asks.contacts()
        self.aor = aor(self.first.field("To", "to.addr"))
        self.contacts_said = [contact(c, self.asks, self.ok)
                              for c in self.contacts]

    def kind(self):
        if not self.contacts:
            return "query"
        if all(seconds(c, self.asks) == 0 for c in self.contacts):
            return "removal"
        return "refresh" if self.standing() else "initial"

    def standing(self):
        """Was this contact bound before, and not removed since?"""
        bound = False
        for a in self.earlier:
            if a.aor == self.aor and a.ok and any(
                    c.uri == "*" or any(c.same(o) for o in self.contacts)
                    for c in a.contacts):
                bound = a.outcome() == "registered"
        return bound

    def outcome(self):
        kind, f = self.kind(), self.final
        if not self.ts[-1].final:
            return self.silent()
        if self.ok:
            if kind == "query":
                return "queried"
            if kind == "removal":
                return "unregistered"
            return "registered" if any(
                c["expires_granted"] for c in self.contacts_said
                ) else "not_bound"
        if f.what in ("401", "407"):
            if self.refused():
                return "auth_failed"
            covered = self.capture.last_time() >= self.open_until()
            return "challenge_unanswered" if covered else "cut_off"
        return "redirected" if f.what[0] == "3" else "rejected"

    def refused(self):
        """Does the last challenge, to a REGISTER with credentials, ask again
        for what was sent in this attempt?  One of a realm that asks for the
        first time (a proxy was passed, and now the registrar asks) refuses
        nothing."""
        sent = [a for t in self.ts for a in credentials(t.request)
                if self.done.credentials]
        return any(a.get("realm") == c.get("realm") or
                   a.get("nonce") == c.get("nonce")
                   for a in sent for c in self.final.auths(*ASKS))

    def silent(self):
        r = self.last
        if self.quoting():
            return "unreachable"
        if self.closed():
            return "connection_lost"
        covered = self.capture.last_time() - r.began >= T
        return "timed_out" if covered else "cut_off"

    def closed(self):
        """The frame that ended the connection of what awaits its answer."""
        if self.last.stream is None or self.ts[-1].final:
            return None
        return self.capture.close_of_stream(self.last.stream, self.last.frame)

    def open_until(self):
        """Repeats of a challenge keep it open."""
        return max(m.at for m in self.done.answers) + OPEN

    def ended(self):
        outcome, f = self.outcome(), self.final
        if outcome == "challenge_unanswered":
            return self.open_until()
        if outcome == "timed_out":
            return self.last.began + T
        if outcome == "cut_off":
            return ANY
        return f.at if self.ts[-1].final else self.capture.time(
            self.frames()[-1])

    def quoting(self, answers=False):
        """ICMP errors about its requests, or about their answers too."""
        ends = {(t.request.src, t.request.dst) for t in self.ts}
        if answers:
            ends |= {(m.src, m.dst) for t in self.ts for m in t.answers}
        end = self.ended_by()
        return [i for i in self.capture.icmp if i.quoted in ends
                and self.first.frame < i.frame and self.capture.time(
                    i.frame) <= end]

    def ended_by(self):
        return max(m.at for t in self.ts
                   for m in [t.request, *t.repeats, *t.answers]) + T

    def times(self):
        """rrd, rrd_auth, challenge, client_auth in ms."""
        said = {"rrd_ms": None, "rrd_auth_ms": None, "challenge_ms": None,
                "client_auth_ms": None}
        if self.outcome() in ("registered", "unregistered", "queried"):
            said["rrd_ms"] = ms(self.ok.at - self.first.began)
            said["rrd_auth_ms"] = ms(self.ok.at - self.done.request.began)
        asked = next((t for t in self.ts if t.final and t.final.what in (
            "401", "407")), None)
        if asked:
            said["challenge_ms"] = ms(asked.final.at - asked.request.began)
            after = next((t.request for t in self.ts if t.credentials and
                          t.request.began >= asked.final.at), None)
            if after:
                said["client_auth_ms"] = ms(after.began - asked.final.at)
        return said

    def authentication(self):
        """Of the last credentials; the realm else of the last challenge."""
        last = next((credentials(t.request)[0] for t in reversed(self.ts)
                     if t.credentials), {})
        asked = self.asked()
        realm = last.get("realm") or (asked[-1].get("realm") if asked
                                      else None)
        return {"auth_user": last.get("username"), "realm": realm}

    def asked(self):
        return [c for t in self.ts if t.final for c in t.final.auths(*ASKS)]

    def transactions(self):
        """With what challenges and counts came before each of them."""
        said, asked, used = [], [], set()
        for a in self.earlier:
            asked += a.asked()
            used |= {(c.get("nonce"), c.get("nc")) for t in a.ts
                     for c in credentials(t.request)}
        for i, t in enumerate(self.ts):
            said.append(transaction(
                t, [o.request for o in self.ts[i + 1:]], asked, used))
            used |= {(c.get("nonce"), c.get("nc"))
                     for c in credentials(t.request)}
            new = t.final.auths(*ASKS) if t.final else []
            asked = asked + new
            # A nonce that is offered again may be counted anew.
            used = {u for u in used
                    if u[0] not in [c.get("nonce") for c in new]}
        return said

    def extensions(self):
        ok, r = self.ok, self.last
        said = {"path": [], "service_route": [], "associated_uris": [],
                "flow_timer": None, "outbound": None}
        if ok:
            for key, header in (("path", "Path"),
                                ("service_route", "Service-Route"),
                                ("associated_uris", "P-Associated-URI")):
                said[key] = elements(ok, header)
            said["flow_timer"] = ok.number("Flow-Timer")
            required = [w.strip() for v in ok.values("Require")
                        for w in v.split(",")]
            said["outbound"] = True if "outbound" in required else None
        verify = r.value("Security-Verify")
        said["security"] = verify.partition(";")[0] if verify else None
        said["bulk"] = True if any(
            "bnc" in c.uri.split(";")[1:] for c in self.contacts) else None
        return said

    def nat(self):
        answers = [m for t in self.ts for m in t.answers]
        via = max(answers, key=lambda m: m.at) if answers else None
        rport = via.field("Via", "Via.rport") if via else None
        return {"rport_asked": self.last.field("Via", "Via.rport") is not None,
                "received": via.field("Via", "Via.received") if via else None,
                "rport": int(rport) if rport and rport.isdigit() else None}

    def icmp(self):
        i = next(iter(self.quoting(answers=True)), None)
        answer = i if i and i not in self.quoting() else None
        return {"icmp": i.kind if i else None,
                "icmp_from": (i.src, None) if i else None,
                "icmp_frame": i.frame if i else None,
                "refused_from": answer.quoted[0] if answer else None,
                "refused_to": answer.quoted[1] if answer else None}

    def frames(self):
        return sorted({n for t in self.ts for n in t.frames}
                      | {i.frame for i in self.quoting(answers=True)}
                      | ({self.closed()} - {None}))

    def flaws(self):
        """Those that packets tell alone."""
        found = set()
        if any(t.copies for t in self.ts):
            found.add("duplicate_frames")
        if set(i.frame for i in self.quoting(answers=True)) - set(
                i.frame for i in self.quoting()):
            found.add("response_refused")
        if self.ok and self.contacts and not self.ok.contacts() and (
                self.kind() != "removal"):
            found.add("no_contact_in_200")
        for header, flaw in (("Call-ID", "no_call_id"), ("CSeq", "no_cseq"),
                             ("Via", "no_via"), ("To", "no_to"),
                             ("From", "no_from")):
            if not self.first.all(header):
                found.add(flaw)
        return found

    def legs_said(self):
        """Each further place, in the order of its first frame."""
        said = {}
        for t in self.legs:
            r = t.request
            same = [o.request.began for o in self.ts
                    if o.request.cseq == r.cseq]
            leg = said.setdefault((r.src, r.dst), {
                "client": r.src, "server": r.dst, "transport": r.transport,
                "frames": [],
                "delay_ms": ms(r.began - same[0]) if same else None})
            leg["frames"] = sorted(leg["frames"] + t.frames)
        return list(said.values())

    def said(self):
        f, own = self.final, (self.contacts_said or [{}])[0]
        sender = aor(self.first.field("From", "from.addr"))
        listed = self.ok.contacts() if self.ok else []
        ours = [o.uri for o in (bound(c, self.ok) for c in self.contacts)
                if o] if self.ok else []
        connection = None
        if self.last.stream is not None:
            connection = "0-%d" % self.capture.first_of_stream(
                self.last.stream)
        return {
            "id": "0-%d" % self.first.frames[0],
            "started": self.first.began, "ended": self.ended(),
            "aor": self.aor, "call_id": self.first.value("Call-ID"),
            "from": sender if sender != self.aor else None,
            "user_agent": self.first.value("User-Agent"),
            "client": self.last.src, "server": self.last.dst,
            "transport": self.last.transport, "visibility": "clear",
            "kind": self.kind(), "outcome": self.outcome(),
            "status": int(f.what) if f else None,
            "reason": f.reason if f else None,
            "expires_requested": own.get("expires_requested"),
            "expires_granted": own.get("expires_granted"),
            "contacts": self.contacts_said,
            "other_contacts": [
                {"uri": c.uri, "expires_granted": seconds(c, self.ok)}
                for c in listed if c.uri not in ours],
            "transactions": self.transactions(),
            "legs": self.legs_said(), "flaws": self.flaws(),
            "frames": self.frames(), "connection": connection,
            **self.times(), **self.authentication(), **self.extensions(),
            **self.nat(), **self.icmp()}


# ---- of one binding ----

class Binding:
    """Of an AOR and a contact, from the attempts that concern it."""

    def __init__(self, capture, attempts, aor, uri, instance):
        self.capture, self.uri, self.instance = capture, uri, instance
        self.attempts = attempts
        self.contact = None      # as it was granted last
        self.grants, self.removed, self.expiry = [], None, None
        self.lapses, self.margins, self.displaced = [], [], []
        self.first = self.last = self.by = None
        for a in sorted((a for a in attempts if a.ok and a.aor == aor),
                        key=lambda a: a.ok.at):
            mine = next((c for c in a.contacts_said if (
                c["uri"] == uri or instance and c["instance"] == instance)),
                None)
            if mine and mine["expires_granted"]:
                self.grant(a, mine)
                self.contact = mine
            elif mine or [c.uri for c in a.contacts] == ["*"]:
                if self.expiry is not None and a.kind() == "removal":
                    self.removed, self.last = a, a
                    self.expiry = None
            elif a.contacts and self.expiry is not None:
                self.other(a, uri)

    def grant(self, a, c):
        g = {"from": a.ok.at, "seconds": c["expires_granted"],
             "asked": c["expires_requested"], "frame": a.ok.frame}
        if self.expiry is not None:
            before = self.grants[-1]
            left = self.expiry - a.ok.at
            if left >= 0:
                self.margins.append(100 * left / before["seconds"])
            else:
                self.lapse(a, before)
        if self.by is not None:
            self.displaced[-1].update(back=a.ok.at, back_frame=a.ok.frame)
            self.by = None
        self.grants.append(g)
        self.expiry = a.ok.at + g["seconds"]
        self.first, self.last, self.removed = self.first or a, a, None

    def lapse(self, a, before):
        missed = None
        if self.last.last.value("Call-ID") == a.first.value("Call-ID"):
            missed = a.first.cseq - self.last.last.cseq - 1
        self.lapses.append({
            "from": self.expiry, "to": a.ok.at,
            "length_ms": ms(a.ok.at - self.expiry),
            "seconds": before["seconds"], "asked": before["asked"],
            "granted": before["frame"], "frame": a.ok.frame,
            "kind": a.kind(), "missed": missed})

    def other(self, a, uri):
        """A 2xx to somebody else, which lists all there is (RFC 3261 10.3,
        step 8)."""
        if self.by or self.expiry <= a.ok.at or any(
                c.uri == uri for c in a.ok.contacts()):
            return
        self.by = a
        self.displaced.append({
            "at": a.ok.at, "frame": a.ok.frame, "by": self.id_of(a),
            "contact": a.contacts[0].uri, "client": a.last.src,
            "back": None, "back_frame": None})

    def id(self):
        """That of its attempt, with a number for each contact but the
        first."""
        n = next(i for i, c in enumerate(self.first.contacts_said)
                 if c["uri"] == self.uri or self.instance
                 and c["instance"] == self.instance)
        return "0-%d" % self.first.first.frames[0] + ("-%d" % n if n else "")

    def id_of(self, a):
        """That of the binding that the first contact of an attempt is."""
        first = next(o for o in self.attempts if o.ok and o.aor == a.aor
                     and any(c.same(a.contacts[0]) for c in o.contacts))
        return "0-%d" % first.first.frames[0]

    def ended(self):
        """When it ran out, was removed or displaced; else with the capture."""
        return {"expired": self.expiry,
                "removed": self.removed and self.removed.ok.at,
                "displaced": self.by and self.by.ok.at,
                "held": self.capture.last_time()}[self.state()]

    def state(self):
        if self.removed:
            return "removed"
        if self.by:
            return "displaced"
        return "held" if self.capture.last_time() < self.expiry else "expired"

    def said(self):
        last, state = self.last.last, self.state()
        return {
            "id": self.id(), "started": self.first.ok.at, "ended": self.ended(),
            "aor": self.first.aor, "contact": self.contact["uri"],
            "instance": self.contact["instance"],
            "reg_id": self.contact["reg_id"],
            "client": last.src, "server": last.dst,
            "transport": last.transport, "state": state,
            "next_expiry": self.expiry if state == "held" else None,
            "grants": self.grants[:1] + self.grants[1:][-3:],
            "grants_total": len(self.grants),
            "refreshes": len(self.margins),  # those that came in time
            # Not rounded: of what was left, no more than there was.
            "refresh_margin_percent": float(int(min(self.margins) * 10 + decimal.Decimal("0.5"))) / 10
            if self.margins else None,
            "lapses": self.lapses,
            "lapsed_ms": sum(x["length_ms"] for x in self.lapses),
            "displaced": self.displaced,
            "displaced_total": len(self.displaced) or None,
            "moves": [], "moves_total": None}
