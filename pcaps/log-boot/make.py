#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The log of an MPP phone from its lease to its registration: DHCP names a TFTP
server, the service's name is not resolved at first, the outbound proxy has six
servers."""

import pathlib

OUT = pathlib.Path(__file__).with_name("log-boot.logcat")
lines = []
number = 2150


def line(clock, text, level="NOT", pid=" (689-695)"):
    global number
    # Until it has the time from elsewhere, the phone is in May.
    day = "May 10" if clock < "22:50" else "Sep 04"
    lines.append(f"{number} {level} {day} {clock}{pid} {text}\n")
    number += 1


def dns(clock, text):
    line(clock, f"dnsmasq[560]: {text}", "INF", "")


def rse(clock, text):
    line(clock, f"voice-RSE_DEBUG: {text}", pid=" (2059-2271)")


def message(clock, arrow, start, headers):
    line(clock, f"voice- {arrow} [198.51.100.89]:8934 SIP MSG:: {start}^M",
         pid=" (2656-2764)")
    lines.extend(h + "^M\n" for h in headers)
    lines.append("^M\n")


def common(cseq, branch, colon=": "):
    return [f"From{colon}<sip:2025@voice.example.net>;tag=c0ffee",
            f"Call-ID{colon}98120dba@192.0.2.6",
            f"CSeq{colon}{cseq} REGISTER",
            f"Via{colon}SIP/2.0/TLS 192.0.2.6:5072;branch={branch}"]


for k, (name, value) in enumerate([
        ("hostname", "SEP00005E005306"), ("ipaddr", "192.0.2.6"),
        ("netmask", "255.255.255.0"), ("router1", "192.0.2.1"),
        ("domain", ""), ("ntpsvr1", "0.0.0.0"), ("ntpsvr2", "0.0.0.0"),
        ("tftpsvr1", "192.0.2.20"), ("tftpsvr2", "0.0.0.0"),
        ("dns1", "203.0.113.53"), ("dns2", "0.0.0.0"), ("option160", ""),
        ("option159", ""), ("option125", ""), ("option66", "")]):
    line(f"22:48:12.2268{k:02d}", f"DHCP-{name}:{value}")
line("22:48:50.718451", "voice-fapp-Provisioning using DHCP..")
line("22:48:50.721954", "voice-fapp-CP-8851-3PCC 00:00:5e:00:53:06 -- "
     "Requesting resync tftp://192.0.2.20/CP-8851-3PCC.cfg")
dns("22:49:26.142687", "query[A] activate.cisco.com from 127.0.0.1")
dns("22:49:26.142742", "forwarded activate.cisco.com to 203.0.113.53")
line("22:49:34.146585", "Couldn't resolve host 'activate.cisco.com'", pid="")
line("22:49:34.147416", "voice-fapp-CP-8851-3PCC 00:00:5e:00:53:06 -- "
     "Resync failed: Download")
dns("22:50:15.454501", "query[A] cisco.sipflash.com from 127.0.0.1")
dns("22:50:15.454585", "forwarded cisco.sipflash.com to 203.0.113.53")
dns("22:50:15.488147", "reply cisco.sipflash.com is <CNAME>")
dns("22:50:15.488219", "reply front.example.org is 198.51.100.36")
line("22:50:16.018143", "GET /phone.cfg?key=SECRETkey HTTP/1.1^M", pid="")
lines.extend(["User-Agent: Cisco-CP-8851-3PCC/12.0.2 (MAC_ADDRESS)^M\n",
              "Host: cisco.sipflash.com^M\n", "Accept: */*^M\n", "^M\n"])
line("22:50:16.137446", "HTTP/1.1 200 OK^M", pid="")
NAME = "_sips._tcp.proxy.example.net"
dns("22:50:32.069517", f"query[SRV] {NAME} from 127.0.0.1")
dns("22:50:32.069549", f"forwarded {NAME} to 203.0.113.53")
for k in range(6):
    dns(f"22:50:32.0824{k}0", f"reply {NAME} is hosted by 203.0.113.53")
rse("22:50:32.082468", f"getting SRV:{NAME}")
for k, (prio, host) in enumerate([
        ("new priority:a", "sbc02j"), ("old priority:a", "sbc02s"),
        ("new priority:5", "sbc01s"), ("old priority:5", "sbc01j"),
        ("old priority:5", "sbc01i"), ("old priority:a", "sbc02i")]):
    rse(f"22:50:32.0825{k}5",
        f"{prio} by host: {host}.example.net weight:50 port:8934")
rse("22:50:32.083015", "Refreshing host[3]:sbc01j.example.net")
dns("22:50:32.083539", "query[A] sbc01j.example.net from 127.0.0.1")
dns("22:50:32.083567", "found A record=sbc01j.example.net with TTL=81")
dns("22:50:32.083590", "cached sbc01j.example.net is 198.51.100.89")
message("22:51:08.127871", "=====> Send (TLS)",
        "REGISTER sip:voice.example.net:8934 SIP/2.0",
        common(1, "z9hG4bK-1") +
        ["To: <sip:2025@voice.example.net>", "Max-Forwards: 70",
         "Contact: <sip:2025@192.0.2.6:5072;transport=tls>;expires=3600",
         "User-Agent: Cisco-CP-8851-3PCC/12.0.2_<MAC_ADDRESS>",
         "Content-Length: 0"])
message("22:51:08.176087", "<==== Recv (TCP)", "SIP/2.0 403 Forbidden",
        common(1, "z9hG4bK-1", ":") +
        ["To:<sip:2025@voice.example.net>;tag=799618563-1693867868150",
         "Content-Length:0"])
line("22:52:40.000000", "voice-line 1 waits")
OUT.write_text("".join(lines))
