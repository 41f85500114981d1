#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The registration of keys-tls12-gcm six times over four minutes, each on a
connection of its own, and the log of a phone whose clock is 1.25 s ahead and
runs 40 ppm fast.  There are no keys."""

import pathlib
import re
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "lib"))
sys.path.insert(0, str(HERE.parent))
import mixed  # noqa: E402
import phonelog  # noqa: E402

CASE = "keys-tls12-gcm"
BEGINS = [0, 47, 89, 151, 188, 241]  # seconds: no two of one distance


def port(frame, old, new):
    """The client at another port."""
    at = 34
    sport, dport = struct.unpack_from(">HH", frame, at)
    if frame[12:14] != b"\x08\0" or frame[23] != 6:
        return frame
    ports = struct.pack(">HH", new if sport == old else sport,
                        new if dport == old else dport)
    return mixed.checksums(frame[:at] + ports + frame[at + 4:])


def again(text, i):
    """The same message of the i-th attempt: as long, with ids of its own."""
    text = re.sub(r"(branch=z9hG4bK.)[^\s;]", rf"\g<1>{i}", text)
    return re.sub(r"(?m)^(Call-ID:\s*)\S", rf"\g<1>{i}", text)


recorded = list(mixed.packets(CASE))
found = list(phonelog.messages(HERE.parent / CASE / f"{CASE}.pcap",
                               HERE.parent / CASE / "keys.log"))
client = int(found[0].port)
out, told = [], []
for i, begin in enumerate(BEGINS):
    out += [(t + begin * 1000000, port(f, client, client + 2 * i))
            for t, f in recorded]
    told += [phonelog.Message(m.frame + i * len(recorded), m.at + begin,
                              m.source, m.port, m.peer, again(m.text, i))
             for m in found]
with open(HERE / "log-drifts.pcap", "wb") as capture:
    capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    for t, f in sorted(out, key=lambda x: x[0]):
        capture.write(struct.pack("<4I", t // 1000000, t % 1000000,
                                  len(f), len(f)) + f)
text, _ = phonelog.render(told, offset=1.25, drift=40e-6)
(HERE / "phone.logcat").write_text(text)
