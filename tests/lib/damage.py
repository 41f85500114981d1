# SPDX-License-Identifier: Apache-2.0
"""Damage to captures, at random: what happens to files and to what is in them.

A change takes (rng, packets) and gives packets; those of LOSSES take away and
change nothing of what is left, so what they do is in the reach of a capture
that went wrong.
"""

import struct

import at_hand
import captures

LINKS = (0, 1, 12, 101, 108, 113, 147, 228, 229, 276)
CASES = at_hand.cases("*/*.pcap")
MOST = 400  # frames of a long capture


# ---- changes to frames: (rng, packets) -> packets

def some(rng, packets):
    """A few of them, more of a long list."""
    return rng.sample(packets, min(len(packets),
                                   1 + rng.randrange(1 + len(packets) // 4)))


def flip(rng, packets):
    for p in some(rng, [p for p in packets if p.data]):
        data = bytearray(p.data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        p.data = bytes(data)
    return packets


def splice(rng, packets):
    """Bytes put in, taken out or repeated; lengths of headers not mended."""
    for p in some(rng, [p for p in packets if len(p.data) > 60]):
        a, b = sorted(rng.randrange(40, len(p.data)) for _ in range(2))
        p.data = rng.choice((p.data[:a] + p.data[b:],
                             p.data[:b] + p.data[a:],
                             p.data[:a] + rng.randbytes(8) + p.data[b:]))
        p.wire_len = max(p.wire_len, len(p.data))
    return packets


def snaplen(rng, packets):
    n = rng.choice((0, 14, 34, 42, 54, 66, 96, 128, 300, 600,
                    rng.randrange(1500)))
    for p in packets:
        p.data = p.data[:n]
    return packets


def shorten(rng, packets):
    for p in some(rng, packets):
        p.data = p.data[:rng.randrange(len(p.data) + 1)]
        if rng.random() < 0.5:
            p.wire_len = len(p.data)
    return packets


def shuffle(rng, packets):
    if rng.random() < 0.5:
        rng.shuffle(packets)
        return packets
    for _ in range(1 + len(packets) // 8):
        i = rng.randrange(len(packets))
        packets.insert(rng.randrange(max(0, i - 4), i + 4), packets.pop(i))
    return packets


def drop(rng, packets):
    share = rng.choice((0.05, 0.3, 0.7))
    return [p for p in packets if rng.random() > share]


def repeat(rng, packets):
    return [p for p in packets for _ in range(rng.choice((1, 1, 1, 2, 3)))]


def times(rng, packets):
    for p in some(rng, packets):
        p.ns = max(0, p.ns + rng.choice(
            (-1, 1, -10**9, 31 * 10**9, 3600 * 10**9, -10**18, 2 * 10**18)))
        p.ns = min(p.ns, (2**32 - 1) * 10**9)
    return packets


def lengths(rng, packets):
    for p in some(rng, packets):
        p.wire_len = rng.choice((0, 1, len(p.data) + 1, 65536, 2**31,
                                 2**32 - 1))
    return packets


def mix(rng, packets):
    """Another case at the same time, with addresses that both have."""
    _, more = captures.read(rng.choice(CASES))
    later = packets[0].ns - more[0].ns + rng.randrange(10**9)
    for p in more:
        p.ns = min(max(0, p.ns + later), (2**32 - 1) * 10**9)
    return sorted(packets + more[:MOST], key=lambda p: p.ns)


CHANGES = (mix, flip, flip, flip, splice, splice, snaplen, shorten, shuffle, drop,
           repeat, times, lengths)


# ---- files

def damage_file(rng, raw):
    """Of any format: bits flipped anywhere, numbers replaced, or cut off."""
    raw = bytearray(raw)
    how = rng.randrange(3)
    if how == 0 or len(raw) < 8:
        return bytes(raw[:rng.randrange(len(raw) + 1)])
    for _ in range(rng.choice((1, 2, 10, 50))):
        at = rng.randrange(len(raw) - 4)
        if how == 1:
            raw[at] ^= 1 << rng.randrange(8)
        else:
            struct.pack_into("<I", raw, at & ~3, rng.choice(
                (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, rng.randrange(70000))))
    return bytes(raw)


# ---- losses: what a capture may lack

def begins_late(rng, packets):
    return packets[rng.randrange(len(packets) + 1):]


def ends_early(rng, packets):
    return packets[:rng.randrange(len(packets) + 1)]


def hole(rng, packets):
    a, b = sorted(rng.randrange(len(packets) + 1) for _ in range(2))
    return packets[:a] + packets[b:]


def one_way(rng, packets):
    """Nothing of one address: the mirror port shows one direction."""
    seen = sorted({ip.header[12:16] if ip.version == 4 else ip.header[8:24]
                   for ip in (captures.Ip.of(p.data) for p in packets) if ip})
    gone = rng.choice(seen) if seen else None
    return [p for p in packets for ip in [captures.Ip.of(p.data)]
            if not ip or gone not in (ip.header[12:16], ip.header[8:24])]


# ---- damage that leaves packets where a checksum tells of it

def neighbours(rng, packets):
    packets = list(packets)
    for _ in range(1 + len(packets) // 8):
        if packets:
            i = rng.randrange(len(packets))
            packets.insert(rng.randrange(max(0, i - 4), i + 4),
                           packets.pop(i))
    return packets


def flip_payload(rng, packets):
    """Behind the headers of one frame, so that a checksum does not fit."""
    packets = list(packets)
    long = [i for i, p in enumerate(packets) if len(p.data) > 70]
    if long:
        i = rng.choice(long)
        data = bytearray(packets[i].data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            data[rng.randrange(66, len(data))] ^= 1 << rng.randrange(8)
        packets[i] = packets[i].of(bytes(data))
    return packets
