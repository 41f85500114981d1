# SPDX-License-Identifier: Apache-2.0
"""A phone that has an address and says nothing, beside one that registers, made
byte by byte.

As made_nd.py, whose Wire this is.
"""

from made_boot import *  # noqa: F403
from made import Tcp
from made_boot import Client, OTHER_MAC, PHONE_MAC, ROUTER, ROUTER_MAC
from made_dns import A, Resolver, SRV, a, srv
from made_nd import Wire, line

SILENT = "192.0.2.42"
PC = "192.0.2.77"
PC_MAC = "00:00:5e:00:53:77"


def wire():
    return Wire({"192.0.2.17": PHONE_MAC, SILENT: OTHER_MAC,
                 PC: PC_MAC, ROUTER: ROUTER_MAC})


def silent(c):
    """The client of the phone that says nothing."""
    client = Client(c, OTHER_MAC)
    client.xid, client.name = 0x5E005342, b"phone42"
    return client


def looks(c, at, address, hardware, target=ROUTER, answered=True):
    """It asks for its router, or another one, by ARP."""
    c.arp(at, 1, address, hardware, target)
    if answered:
        c.arp(at + 0.001, 2, target, ROUTER_MAC, address, hardware)


def works(c, at):
    """The phone at 192.0.2.17: lease, look-ups, REGISTER."""
    client = Client(c)
    client.alone = True
    client.binds(at)
    looks(c, at + 1, "192.0.2.17", PHONE_MAC)
    dns = Resolver(c, "192.0.2.17")
    name = "_sip._udp.example.com"
    dns.asks(at + 1.1, name, SRV, [srv(name, 10, 5060, "proxy.example.net")])
    dns.asks(at + 1.2, "proxy.example.net", A,
             [a("proxy.example.net", "198.51.100.10")])
    line(c, "192.0.2.17", "2000").registers(at + 2, 3600)
    return dns


def both_start(c, seen=True):
    """That one, and 10 s later the one that looks for its router and says nothing
    more; seen: what the router tells it alone, too."""
    dns = works(c, 0)
    phone = silent(c)
    phone.alone = seen
    phone.binds(10, your=SILENT)
    c.arp(10.2, 1, SILENT, OTHER_MAC, SILENT)
    looks(c, 11, SILENT, OTHER_MAC, answered=seen)
    return dns


def busy(c, *times, who=PC):
    """Another host speaks through the router: TCP, a connection that stays, and
    UDP of syslog, where there is no answer."""
    tcp = Tcp(c, who, 50000, "203.0.113.98", 22)
    tcp.opens(times[0])
    tcp.says(times[0] + 0.1, "server", b"SSH-2.0-Example\r\n")
    tcp.says(times[0] + 0.2, "phone", b"SSH-2.0-Example\r\n")
    for at in times:
        c.datagram(at + 0.3, (who, "203.0.113.99"), (514, 514),
                   b"<14>it works", c.macs(who, "203.0.113.99"))
    for at in times[1:]:
        tcp.says(at + 0.4, "phone", bytes(32))
