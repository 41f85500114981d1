#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""udp-register-srv as a pcapng file that has another name for the registrar than
DNS gives it."""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(here.parent / "tests" / "lib"))
sys.dont_write_bytecode = True
import captures  # noqa: E402

NAMES = [
    (bytes((198, 51, 100, 10)), ["old-name.example.com"])]
link, packets = captures.read(here / "udp-register-srv" / "udp-register-srv.pcap")
sys.stdout.buffer.write(captures.pcapng(link, packets, names=NAMES, say=None))
