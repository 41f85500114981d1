#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One phone that registers, and two that do not."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import made_odd  # noqa: E402

made_odd.write(healthy=1)
