#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As log-joined, but the log has one REGISTER more than the capture, of the
phone's second line."""

import dataclasses
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "lib"))
import phonelog  # noqa: E402

CASE = HERE.parent / "keys-tls12-gcm"
CAPTURE = CASE / "keys-tls12-gcm.pcap"
shutil.copy(CAPTURE, HERE / "log-not-on-wire.pcap")
found = list(phonelog.messages(CAPTURE, CASE / "keys.log"))
more = dataclasses.replace(
    found[0], at=found[1].at + 0.0004,
    text=found[0].text.replace("4025", "40261").replace("5f962", "5f9xx"))
found.insert(2, more)
text, _ = phonelog.render(found, offset=-25200.3)
(HERE / "phone.logcat").write_text(text)
