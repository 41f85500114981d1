# SPDX-License-Identifier: Apache-2.0
"""Phones at one switch, and two that do not get through: what these have
otherwise than the rest.

Captured at a trunk, so that frames have tags.  Healthy phones are in VLAN 120.
One of the others is in VLAN 1; one is behind a tunnel: its packets have lost a
hop, its SYN takes less, and its hardware address is the router's.
"""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from made import SYN, Phone, Tcp  # noqa: E402
import made_boot  # noqa: E402

UNTAGGED, FAR = "192.0.2.40", "192.0.2.41"
OWN_VLAN = {UNTAGGED: 1}
PHONES = "192.0.2.17", "192.0.2.18", "192.0.2.19"


def mac_of(phone):
    return f"00:00:5e:00:53:{int(phone.split('.')[3]):02x}"


class Trunk(made_boot.Link):
    """Each frame has the tag of the phone that sends or gets it."""

    def write(self):
        self.packets = [(at, self.tagged(f)) for at, f in self.packets]
        super().write()

    def tagged(self, frame):
        ends = ((28, 38) if frame[12:14] == b"\x08\x06" else (26, 30))
        names = {".".join(map(str, frame[at:at + 4])) for at in ends}
        vlan = next((OWN_VLAN[n] for n in names if n in OWN_VLAN), 120)
        frame = frame.replace(made_boot.mac(mac_of(FAR)),
                              made_boot.mac(made_boot.ROUTER_MAC))
        return frame[:12] + struct.pack(">HH", 0x8100, vlan) + frame[12:]

    def finds_router(self, at, phone):
        own, router = mac_of(phone), made_boot.ROUTER_MAC
        self.arp(at, 1, phone, own, made_boot.ROUTER)
        self.arp(at + 0.001, 2, made_boot.ROUTER, router, phone, own)


def write(healthy):
    """A capture with so many healthy phones."""
    c = Trunk()
    for n, address in enumerate(PHONES[:healthy]):
        c.finds_router(n, address)
        t = Tcp(c, address, 40000 + n)
        t.opens(n + 0.01)
        Phone(t, address, f"{1001 + n}", "ExamplePhone/1.0").registers(
            n + 0.05, 600)
    c.finds_router(5, UNTAGGED)
    lost = Tcp(c, UNTAGGED, 40040), Tcp(c, FAR, 40041)
    lost[1].ttl["phone"], lost[1].mss["phone"] = 63, 1380
    for n, t in enumerate(lost):
        t.send(5.01 + n, "phone", SYN)
        for after in 1, 3, 7, 15, 31:
            t.send(5.01 + n + after, "phone", SYN, repeat=True)
    # Somebody asks for a phone, long after that.
    c.arp(75, 1, made_boot.ROUTER, made_boot.ROUTER_MAC, PHONES[0])
    c.write()
