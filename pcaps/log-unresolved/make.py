#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The beginning of log-boot, up to where the phone gives up."""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent
log = (HERE.parent / "log-boot" / "log-boot.logcat").read_text()
lines = log.splitlines(keepends=True)[:21]
lines.append("2171 NOT May 10 22:50:40.000000 (689-695) voice-idle\n")
(HERE / "log-unresolved.logcat").write_text("".join(lines))
