#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The log of a phone that does not get its configuration: libcurl does not trust
the server's certificate, at each of two times, and the phone does not go on.
What begins with SECRET must be in no report."""

import pathlib

OUT = pathlib.Path(__file__).with_name("log-resync-failed.logcat")
lines = []
number = 1640


def line(clock, text, level="NOT", pid=" (968-1290)"):
    global number
    lines.append(f"{number} {level} Sep 17 {clock}{pid} {text}\n")
    number += 1


def dns(clock, text):
    line(clock, f"dnsmasq[560]: {text}", "INF", "")


def resync(minute):
    at = f"22:{minute}"
    url = "https://SECRETuser:SECRETpw@config.example.net/mpp/FCHSECRET05DMH0.xml"
    line(f"{at}:01.832733", f"voice-QPE:RESYNC profile=[--key SECRETkey {url} ]")
    line(f"{at}:01.928733", "voice-reqByCurlInternal sending http request "
         f"out..., url: {url}?token=SECRETtoken")
    dns(f"{at}:01.933577", "query[A] config.example.net from 127.0.0.1")
    dns(f"{at}:01.933628", "forwarded config.example.net to 203.0.113.53")
    dns(f"{at}:01.944068", "reply config.example.net is 198.51.100.36")
    line(f"{at}:02.189918", "voice-sec_set_min_TLS_version: min_TLS_verson is "
         "TLS 1.1,ret=0")
    line(f"{at}:02.328776", "voice-reqByCurlInternal return from http request, "
         "[res] = 60, cost 400 ms")
    line(f"{at}:02.329416", "voice-fapp-CP-8851-3PCC 00:00:5e:00:53:06 -- "
         "Resync failed: Download error, FCHSECRET05DMH0")


for k, (name, value) in enumerate([
        ("hostname", "SEP00005E005306"), ("ipaddr", "192.0.2.6"),
        ("netmask", "255.255.255.0"), ("router1", "192.0.2.1"),
        ("dns1", "203.0.113.53")]):
    line(f"22:48:12.2268{k:02d}", f"DHCP-{name}:{value}")
resync(49)
resync(51)
line("22:53:40.000000", "voice-line 1 waits")
OUT.write_text("".join(lines))
