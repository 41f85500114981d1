# SPDX-License-Identifier: Apache-2.0
"""The SIP messages of a capture as tshark dissects them, from its PDML.

Knows nothing of regscan: a Message is what one dissected message says, with
the frames it came in and their times.  Text is that of the wire.
"""

import dataclasses
import decimal
import subprocess
import xml.etree.ElementTree

# On any port: both heuristics, before what a port's number suggests.
OPTIONS = ["-n",
           "-o", "udp.try_heuristic_first:TRUE",
           "-o", "tcp.try_heuristic_first:TRUE",
           "--enable-heuristic", "sip_udp", "--enable-heuristic", "sip_tcp"]


def text(raw):
    """Of bytes of the wire: unfolded, and without blanks around it."""
    out = raw.decode("utf-8", "backslashreplace")
    for fold in ("\r\n ", "\r\n\t", "\n ", "\n\t"):
        out = out.replace(fold, " ")
    return out.strip()


def of(element):
    """The text that an element stands for.  From its bytes, since `show` is
    made fit for a terminal and cut short where it is long."""
    if element.get("value"):
        return text(bytes.fromhex(element.get("value")))
    return element.get("show", "")


def unquoted(value):
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return value


@dataclasses.dataclass
class Contact:
    uri: str
    user: str
    host: str
    port: int
    params: dict

    def same(self, other):
        """Are they one binding?  By instance where both have one (RFC 5626
        section 6), else by what of the URI matters (RFC 3261 19.1.4)."""
        a, b = (c.params.get("+sip.instance") for c in (self, other))
        if a and b:
            return (a, self.params.get("reg-id")) == (
                b, other.params.get("reg-id"))
        return (self.user, self.host, self.port) == (
            other.user, other.host, other.port)


@dataclasses.dataclass
class Message:
    frame: int            # that completed it
    frames: list          # all it came in
    began: decimal.Decimal
    at: decimal.Decimal   # when it was complete
    src: tuple            # (address, port)
    dst: tuple
    transport: str
    stream: str           # tshark's number of the TCP connection, or None
    size: int
    ip_id: str
    what: str             # method, or status as text
    reason: str
    line: object          # the element of its first line
    headers: list         # elements

    @property
    def request(self):
        return not self.what.isdigit()

    def all(self, name):
        name = "sip." + name
        return [h for h in self.headers if h.get("name") == name]

    def values(self, name):
        return [text(bytes.fromhex(h.get("value", "")).partition(b":")[2])
                for h in self.all(name)]

    def value(self, name):
        return next(iter(self.values(name)), None)

    def field(self, header, name):
        """The first field of that name below the first such header."""
        line = [self.line] if header == "Request-Line" else []
        for h in (line or self.all(header))[:1]:
            for f in h.iter("field"):
                if f.get("name") == "sip." + name:
                    return of(f)
        return None

    def number(self, header):
        digits = (self.value(header) or "").partition(";")[0]
        digits = digits.partition("(")[0].strip()
        return int(digits) if digits.isdigit() else None

    @property
    def cseq(self):
        digits = self.field("CSeq", "CSeq.seq")
        return int(digits) if digits else None

    @property
    def branch(self):
        return self.field("Via", "Via.branch")

    def register(self):
        """REGISTER, or an answer to one."""
        return self.what == "REGISTER" or (
            not self.request
            and self.field("CSeq", "CSeq.method") == "REGISTER")

    def contacts(self):
        """[Contact]; "*" is one with that URI."""
        found = []
        for h in self.all("Contact"):
            at = len(found)
            for f in h.iter("field"):
                if f.get("name") == "sip.contact.uri":
                    part = {p.get("name"): of(p) for p in f.iter("field")}
                    found.append(Contact(
                        of(f), part.get("sip.contact.user"),
                        (part.get("sip.contact.host") or "").lower(),
                        int(part.get("sip.contact.port", 5060)), {}))
                elif f.get("name") == "sip.contact.parameter":
                    key, _, value = of(f).partition("=")
                    found[-1].params[key.strip().lower()] = unquoted(
                        value.strip())
            if len(found) == at and self.value("Contact") == "*":
                found.append(Contact("*", None, "", 0, {}))
        return found

    def auths(self, *names):
        """Per header of one of these names what sip.auth says, unquoted."""
        found = []
        for h in self.headers:
            if h.get("name") not in ["sip." + n for n in names]:
                continue
            one = {"header": h.get("name")[4:]}
            for f in h.iter("field"):
                if f.get("name").startswith("sip.auth."):
                    one.setdefault(f.get("name")[9:], unquoted(of(f)))
            found.append(one)
        return found


@dataclasses.dataclass
class Icmp:
    frame: int
    kind: str             # type/code
    src: str
    quoted: tuple         # source, destination: (address, port)


class Capture:
    """messages and icmp of a capture, in the order of frames."""

    def __init__(self, path):
        self.path = path
        self.table = None
        self.messages, self.icmp = [], []
        out = subprocess.run(
            ["tshark", *OPTIONS, "-r", path, "-T", "pdml",
             "-Y", "sip || icmp || icmpv6"],
            capture_output=True, timeout=300).stdout
        for packet in xml.etree.ElementTree.fromstring(out).iter("packet"):
            self._packet(packet)

    def frame_table(self):
        """{frame: (time, TCP stream, is it FIN or RST)}; asked only where it
        is needed."""
        if self.table is None:
            out = subprocess.run(
                ["tshark", *OPTIONS, "-r", self.path, "-T", "fields",
                 "-e", "frame.number", "-e", "frame.time_epoch",
                 "-e", "tcp.stream", "-e", "tcp.flags"],
                capture_output=True, timeout=300).stdout.decode()
            self.table = {}
            for line in out.split("\n")[:-1]:
                number, time, stream, flags = line.split("\t")
                flags = int(flags.partition(",")[0] or "0", 16)
                self.table[int(number)] = (
                    decimal.Decimal(time), stream, bool(flags & 5))
        return self.table

    def first_of_stream(self, stream):
        return min(n for n, (_, s, _) in self.frame_table().items()
                   if s == stream)

    def close_of_stream(self, stream, after):
        """The frame that began to close it, after that one, or None."""
        return min((n for n, (_, s, end) in self.frame_table().items()
                    if s == stream and end and n > after), default=None)

    def time(self, frame):
        return self.frame_table()[frame][0]

    def last_time(self):
        return max(t for t, _, _ in self.frame_table().values())

    def _packet(self, packet):
        now, frame, ips, ports = None, None, [], []
        transport, stream, ip_id, before = None, None, None, []
        icmp = None
        for proto in packet.iter("proto"):
            name = proto.get("name")
            f = {}
            for e in proto.iter("field"):
                f.setdefault(e.get("name"), e)
            show = {k: e.get("show") for k, e in f.items()}
            if name == "geninfo":
                frame = int(show["num"])
                now = decimal.Decimal(f["timestamp"].get("value"))
            elif name in ("ip", "ipv6"):
                ips.append((show[name + ".src"], show[name + ".dst"]))
                ip_id = show.get("ip.id")
                before = [int(e.get("show")) for e in proto.iter("field")
                          if e.get("name") == name + ".fragment"]
            elif name in ("udp", "tcp"):
                ports.append((int(show[name + ".srcport"]),
                              int(show[name + ".dstport"])))
                transport, stream = name, show.get("tcp.stream")
            elif name == "fake-field-wrapper":
                before += [int(e.get("show")) for e in proto.iter("field")
                           if e.get("name") in ("tcp.segment",
                                                "websocket.fragment")]
            elif name == "websocket":
                transport = "ws"
            elif name in ("icmp", "icmpv6"):
                icmp = "%s/%s" % (show[name + ".type"], show[name + ".code"])
            elif name == "sip" and icmp is None:
                self._message(proto, show, frame, now,
                              sorted({*before, frame}),
                              list(zip(ips[-1], ports[-1])),
                              transport, stream, ip_id)
                before = []
        if icmp and len(ips) > 1 and ports:
            self.icmp.append(Icmp(frame, icmp, ips[0][0],
                                  tuple(zip(ips[-1], ports[-1]))))

    def _message(self, proto, show, frame, now, frames, ends, transport,
                 stream, ip_id):
        first = show.get("sip.Request-Line") or show.get("sip.Status-Line")
        if not first:
            return  # a keep-alive, or the rest of something
        what = show.get("sip.Method") or show.get("sip.Status-Code")
        line = next(f for f in proto.iter("field") if f.get("name") in (
            "sip.Request-Line", "sip.Status-Line"))
        reason = (of(line).split(" ", 2) + ["", ""])[2]
        headers = [h for e in proto.iter("field")
                   if e.get("name") == "sip.msg_hdr" for h in e]
        began = now
        if frames != [frame]:
            began = min(self.frame_table()[n][0] for n in frames)
        self.messages.append(Message(
            frame, frames, began, now, ends[0], ends[1], transport, stream,
            int(proto.get("size")), ip_id, what, reason, line, headers))
