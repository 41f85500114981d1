#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A whole problem report of an MPP phone with two lines: its configuration and
its state as it writes them, and a log.  What begins with SECRET must be in no
report."""

import io
import gzip
import pathlib
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
CFG = """<?xml version="1.0" encoding="UTF-8"?>
<flat-profile>
<!-- System Configuration -->
<Admin_Password ua="na">SECRETadmin</Admin_Password>
<Primary_NTP_Server ua="na">ntp.example.net</Primary_NTP_Server>
<TLS_Client_Min_Version ua="na">TLS 1.2</TLS_Client_Min_Version>
<Time_Zone ua="na">GMT-07:00</Time_Zone>
<Resync_On_Reset ua="na">Yes</Resync_On_Reset>
<Resync_Periodic ua="na">3600</Resync_Periodic>
<Profile_Rule ua="na">[--key SECRETkey] https://SECRETuser:SECRETpw@\
config.example.net/SECRETserial/$PSN.xml?token=SECRETtoken</Profile_Rule>
<Display_Name_1_ ua="na">Empfang K\xfcche</Display_Name_1_>
<User_ID_1_ ua="na">2025</User_ID_1_>
<Password_1_ ua="na">SECRETpassword</Password_1_>
<Auth_ID_1_ ua="na">SECRETauth</Auth_ID_1_>
<Proxy_1_ ua="na">voice.example.net</Proxy_1_>
<Outbound_Proxy_1_ ua="na">proxy.example.net</Outbound_Proxy_1_>
<SIP_Transport_1_ ua="na">TLS</SIP_Transport_1_>
<Register_Expires_1_ ua="na">3600</Register_Expires_1_>
<Use_DNS_SRV_1_ ua="na">Yes</Use_DNS_SRV_1_>
<User_ID_2_ ua="na">2026</User_ID_2_>
<Password_2_ ua="na">SECRETpassword2</Password_2_>
<Proxy_2_ ua="na">voice.example.net</Proxy_2_>
<Outbound_Proxy_2_ ua="na">old.example.net</Outbound_Proxy_2_>
<SIP_Transport_2_ ua="na">TLS</SIP_Transport_2_>
<Register_Expires_2_ ua="na">3600</Register_Expires_2_>
<SIP_Transport_3_ ua="na">UDP</SIP_Transport_3_>
</flat-profile>
"""
STATUS = """<?xml version="1.0"?>
<flat-status>
<Product_Name>CP-8851-3PCC</Product_Name>
<Serial_Number>SECRETserial</Serial_Number>
<MAC_Address>00005E005306</MAC_Address>
<Software_Version>sip88xx.12-0-2MPP0001</Software_Version>
<Current_Time>09/17/2023 15:52:40</Current_Time>
<Registration_State group="Info/Ext_1_Status">Registered</Registration_State>
<Registration_State group="Info/Ext_2_Status">Failed</Registration_State>
<Registration_State group="Info/Ext_3_Status">Not Registered\
</Registration_State>
<Session_ID>SECRETsession</Session_ID>
</flat-status>
"""
lines = []
number = 100


def line(clock, text, level="NOT", pid=" (689-695)"):
    global number
    lines.append(f"{number} {level} Sep 17 {clock}{pid} {text}\n")
    number += 1


def dns(clock, text):
    line(clock, f"dnsmasq[560]: {text}", "INF", "")


def message(clock, arrow, start, headers):
    line(clock, f"voice- {arrow} SIP MSG:: {start}^M")
    lines.extend(h + "^M\n" for h in headers)
    lines.append("^M\n")


def register(at, user, cseq, server, status):
    def both(colon):
        return [f"From{colon}<sip:{user}@voice.example.net>;tag=c0ffee",
                f"Call-ID{colon}{cseq}98120dba@192.0.2.6",
                f"CSeq{colon}{cseq} REGISTER",
                f"Via{colon}SIP/2.0/TLS 192.0.2.6:5072;branch=z9hG4bK-{cseq}"]
    contact = f"<sip:{user}@192.0.2.6:5072;transport=tls>"
    message(f"{at}.127871", f"=====> Send (TLS) [{server}]:8934",
            "REGISTER sip:voice.example.net:8934 SIP/2.0",
            both(": ") + [f"To: <sip:{user}@voice.example.net>",
                          "Max-Forwards: 70",
                          f"Contact: {contact};expires=3600",
                          "User-Agent: Cisco-CP-8851-3PCC/12.0.2",
                          "Content-Length: 0"])
    message(f"{at}.176087", f"<==== Recv (TCP) [{server}]:8934",
            f"SIP/2.0 {status}",
            both(":") + [f"To:<sip:{user}@voice.example.net>;tag=7",
                         f"Contact:{contact};expires=120",
                         "Content-Length:0"])


for k, (name, value) in enumerate([
        ("hostname", "SEP00005E005306"), ("ipaddr", "192.0.2.6"),
        ("netmask", "255.255.255.0"), ("router1", "192.0.2.1"),
        ("dns1", "203.0.113.53")]):
    line(f"22:48:12.2268{k:02d}", f"DHCP-{name}:{value}")
ASKS = "voice-fapp-CP-8851-3PCC 00:00:5e:00:53:06 --"
line("22:49:01.000001", "voice-sec_set_min_TLS_version: min_TLS_verson is "
     "TLS 1.1,ret=0")
line("22:49:02.100000", f"{ASKS} Requesting resync "
     "https://SECRETuser:SECRETpw@config.example.net:443/FCHSECRET05DMH0.xml")
dns("22:49:02.142687", "query[A] config.example.net from 127.0.0.1")
dns("22:49:02.142742", "forwarded config.example.net to 203.0.113.53")
dns("22:49:02.162742", "reply config.example.net is 198.51.100.36")
line("22:49:02.400000", "voice-reqByCurlInternal return from http request, "
     "[res] = 60, cost 240 ms")
line("22:49:02.500000", f"{ASKS} Resync failed: Download error, "
     "FCHSECRET05DMH0")
line("22:49:12.100000", f"{ASKS} Requesting resync "
     "http://198.51.100.36/office.cfg")
line("22:49:12.110000", "GET /office.cfg HTTP/1.1^M")
lines.extend(["Host: config.example.net^M\n", "^M\n"])
line("22:49:12.210000", "HTTP/1.1 404 Not Found^M")
line("22:49:12.310000", f"{ASKS} Resync failed: Download error")
line("22:49:32.100000", f"{ASKS} Requesting resync "
     "tftp://192.0.2.20:69/CP-8851-3PCC.cfg")
line("22:49:33.100000", f"{ASKS} Successful resync "
     "tftp://192.0.2.20:69/CP-8851-3PCC.cfg")
for name, host, address in (("proxy", "sbc01", "198.51.100.89"),
                            ("old", "sbc09", "198.51.100.99")):
    srv = f"_sips._tcp.{name}.example.net"
    dns("22:50:32.069517", f"query[SRV] {srv} from 127.0.0.1")
    dns("22:50:32.069549", f"forwarded {srv} to 203.0.113.53")
    dns("22:50:32.082450", f"reply {srv} is hosted by 203.0.113.53")
    line("22:50:32.082468", f"voice-RSE_DEBUG: getting SRV:{srv}")
    line("22:50:32.082525", "voice-RSE_DEBUG: new priority:5 by host: "
         f"{host}.example.net weight:50 port:8934")
    dns("22:50:32.083539", f"query[A] {host}.example.net from 127.0.0.1")
    dns("22:50:32.083567", f"forwarded {host}.example.net to 203.0.113.53")
    dns("22:50:32.083590", f"reply {host}.example.net is {address}")
register("22:51:08", 2025, 1, "198.51.100.89", "200 OK")
register("22:51:18", 2026, 2, "198.51.100.89", "403 Forbidden")
line("22:52:40.000000", "voice-line 1 waits")

MEMBERS = {
    "archive.tar.gz": b"",
    "cfg.xml": CFG.encode("latin-1"),
    "description-20230917-155240.log": b"Phone does not register\n",
    "messages": "".join(lines).encode(),
    "net.cfg": b"SECRETnet=1\n",
    "status.xml": STATUS.encode(),
    "webex_service_status.json": b'{"token": "SECRETjson"}\n',
}
out = io.BytesIO()
with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as z:
    with tarfile.open(fileobj=z, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for name, data in MEMBERS.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
(HERE / "log-problem-report.tgz").write_bytes(out.getvalue())
