# SPDX-License-Identifier: Apache-2.0
"""Captures put together from recorded ones: many phones, each of another case.

Each case has one phone, or many that were one machine, with one hardware
address.  In the mix each phone has an address and a hardware address of its own:
the bytes of either are replaced wherever they stand (Ethernet, ARP, IP, DHCP),
and checksums are made anew.  Text is left, so that a phone may only move where
no message names its address.
"""

import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
PHONE_MAC = bytes.fromhex("00005e005317")


def address(text):
    return bytes(int(x) for x in text.split("."))


def mac_of(ip):
    """Each phone's own: its last byte is that of its address."""
    return PHONE_MAC[:5] + ip[3:]


def packets(case):
    """(Microseconds, frame) of pcaps/CASE."""
    data = (HERE / case / (case + ".pcap")).read_bytes()
    magic, = struct.unpack_from("<I", data)
    scale = {0xA1B2C3D4: 1, 0xA1B23C4D: 1000}[magic]
    at = 24
    while at < len(data):
        s, part, n, whole = struct.unpack_from("<4I", data, at)
        assert n == whole, "a packet is cut short"
        at += 16 + n
        yield s * 1000000 + part // scale, data[at - n:at]


def total(data):
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack(f">{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return ~s & 0xFFFF


def checksums(frame):
    """The frame, with those of IPv4, UDP and TCP as they have to be."""
    if frame[12:14] != b"\x08\0":
        return frame
    ip, rest = frame[14:34], frame[34:14 + struct.unpack(">H", frame[16:18])[0]]
    assert ip[0] == 0x45 and not struct.unpack(">H", ip[6:8])[0] & 0x3FFF
    ip = ip[:10] + b"\0\0" + ip[12:]
    ip = ip[:10] + struct.pack(">H", total(ip)) + ip[12:]
    at = {6: 16, 17: 6}.get(ip[9])
    if at and (ip[9] == 6 or rest[6:8] != b"\0\0"):
        rest = rest[:at] + b"\0\0" + rest[at + 2:]
        pseudo = ip[12:20] + struct.pack(">HH", ip[9], len(rest))
        rest = (rest[:at] + struct.pack(">H", total(pseudo + rest) or 0xFFFF)
                + rest[at + 2:])
    return frame[:14] + ip + rest


def moved(frame, old, new):
    """The phone of a case, at another address."""
    assert old.encode() not in frame, "a message names the address"
    a, b = address(old), address(new)
    return checksums(frame.replace(PHONE_MAC, mac_of(b)).replace(a, b))


def many(frame, net):
    """One of many phones of that network that had one hardware address."""
    ends = ((28, 38) if frame[12:14] == b"\x08\x06" else (26, 30))
    for at in ends:
        ip = frame[at:at + 4]
        if ip[:3] == address(net)[:3] and ip[3] > 1:
            return frame.replace(PHONE_MAC, mac_of(ip))
    return frame


def write(frames):
    """In the order of time, as one capture."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
    for us, data in sorted(frames, key=lambda f: f[0]):
        out.append(struct.pack("<4I", us // 1000000, us % 1000000, len(data),
                               len(data)) + data)
    sys.stdout.buffer.write(b"".join(out))
