# SPDX-License-Identifier: Apache-2.0
"""Each packet of a capture once more, 20 us later, as a mirror port shows it
that copies what enters the switch and what leaves it.

    twice.py IN OUT

Both are pcap with microseconds, little endian.
"""

import struct
import sys


def main():
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    if data[:4] != b"\xd4\xc3\xb2\xa1":
        sys.exit("twice: not a pcap as tcpdump writes it here")
    packets, at = [], 24
    while at < len(data):
        sec, usec, caplen, length = struct.unpack_from("<4I", data, at)
        body = data[at + 16:at + 16 + caplen]
        at += 16 + caplen
        for when in (sec * 1000000 + usec, sec * 1000000 + usec + 20):
            packets.append((when, length, body))
    packets.sort(key=lambda p: p[0])
    with open(sys.argv[2], "wb") as f:
        f.write(data[:24])
        for when, length, body in packets:
            f.write(struct.pack("<4I", when // 1000000, when % 1000000,
                                len(body), length) + body)


main()
