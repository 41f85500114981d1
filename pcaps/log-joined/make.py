#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The log of the phone in keys-tls12-gcm, whose clock is 7 h 0.3 s behind, beside
the capture, for which there are no keys here."""

import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "lib"))
import phonelog  # noqa: E402

CASE = HERE.parent / "keys-tls12-gcm"
CAPTURE = CASE / "keys-tls12-gcm.pcap"
shutil.copy(CAPTURE, HERE / "log-joined.pcap")
found = list(phonelog.messages(CAPTURE, CASE / "keys.log"))
text, _ = phonelog.render(found, offset=-25200.3)
(HERE / "phone.logcat").write_text(text)
