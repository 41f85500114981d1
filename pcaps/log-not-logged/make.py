#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As log-joined, but the log lacks the last answer: the phone never read it."""

import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "lib"))
import phonelog  # noqa: E402

CASE = HERE.parent / "keys-tls12-gcm"
CAPTURE = CASE / "keys-tls12-gcm.pcap"
shutil.copy(CAPTURE, HERE / "log-not-logged.pcap")
found = list(phonelog.messages(CAPTURE, CASE / "keys.log"))
text, _ = phonelog.render(found, offset=-25200.3, drop={3})
(HERE / "phone.logcat").write_text(text)
