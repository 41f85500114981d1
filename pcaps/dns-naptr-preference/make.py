#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two NAPTR records of one order; the phone takes the one that is preferred less,
which leads to nothing."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_dns import NAPTR_UDP, two_naptr  # noqa: E402

two_naptr(NAPTR_UDP)
