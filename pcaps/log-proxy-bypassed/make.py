#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""dns-proxy-bypassed, of which the capture has no DNS: what the phone asked is in
its log, whose clock is 7 h 0.3 s behind."""

import io
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent.parent / "tests" / "lib"))
import phonelog  # noqa: E402
from made import START, Capture  # noqa: E402
from made_dns import in_vain, phone_at  # noqa: E402

CAPTURE = HERE / "log-proxy-bypassed.pcap"
OFFSET = -25200.3
NAME = "_sip._udp.example.com"

c = Capture()
phone = phone_at(c, "192.0.2.17", "2000", "198.51.100.80")
in_vain(phone, 0.1)
other = phone_at(c, "192.0.2.18", "2001")
other.registers(1, 3600)
other.registers(75, 3600)
sys.stdout = io.TextIOWrapper(io.BytesIO())
c.write()
CAPTURE.write_bytes(sys.stdout.buffer.getvalue())

lines = []
for k, (at, text) in enumerate([
        (-1.0, "DHCP-ipaddr:192.0.2.17"),
        (-0.9, "DHCP-dns1:203.0.113.53"),
        (0.0, f"dnsmasq[560]: query[SRV] {NAME} from 127.0.0.1"),
        (0.0, f"dnsmasq[560]: forwarded {NAME} to 203.0.113.53"),
        (0.02, f"dnsmasq[560]: reply {NAME} is hosted by 203.0.113.53"),
        (0.021, f"voice-RSE_DEBUG: getting SRV:{NAME}"),
        (0.022, "voice-RSE_DEBUG: new priority:a by host: "
                "proxy.example.net weight:10 port:5060"),
        (0.05, "dnsmasq[560]: query[A] example.com from 127.0.0.1"),
        (0.05, "dnsmasq[560]: forwarded example.com to 203.0.113.53"),
        (0.07, "dnsmasq[560]: reply example.com is 198.51.100.80")]):
    lines.append(f"{3980 + k} NOT {phonelog.stamp(START + at + OFFSET)} "
                 f"(823-940) {text}\n")
own = [m for m in phonelog.messages(CAPTURE) if m.source == "192.0.2.17"]
sip, _ = phonelog.render(own, offset=OFFSET)
(HERE / "phone.logcat").write_text("".join(lines) + sip)
