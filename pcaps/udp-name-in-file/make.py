#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""udp-wrong-password as Wireshark saves it when it resolves names: a pcapng file
with the names of some addresses at its end."""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(here.parent / "tests" / "lib"))
sys.dont_write_bytecode = True
import captures  # noqa: E402

NAMES = [
    (bytes((198, 51, 100, 10)), ["pbx.example.com", "second.example.com"]),
    (bytes((192, 0, 2, 17)), ["lobby-phone"])]
link, packets = captures.read(here / "udp-wrong-password" / "udp-wrong-password.pcap")
sys.stdout.buffer.write(captures.pcapng(link, packets, names=NAMES, say=None))
