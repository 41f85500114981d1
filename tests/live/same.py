#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the registrations and handshakes of two JSON reports against each
other, all but times and durations, which a replay cannot keep."""

import json
import sys


def strip(x):
    if isinstance(x, dict):
        return {k: strip(v) for k, v in x.items()
                if not k.endswith("_ms") and
                k not in ("started", "ended", "time", "at", "request_time",
                          "response_time")}
    if isinstance(x, list):
        return [strip(v) for v in x]
    return x


def main():
    a, b = (json.load(open(f)) for f in sys.argv[1:3])
    bad = 0
    for key in ("registrations", "handshakes"):
        x, y = strip(a[key]), strip(b[key])
        if x != y:
            bad = 1
            print("%s differ:\n%s\n%s" % (
                key, json.dumps(x, indent=1), json.dumps(y, indent=1)))
    return bad


sys.exit(main())
