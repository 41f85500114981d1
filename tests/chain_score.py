#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each case of pcaps/ that says what was wrong, against what regscan finds.

pcaps/NAME/cause has a line for each of

    CODE STAGE [PHONE]  the true cause; none: there was none that has a code
    stopped STAGE       where a phone stopped; without: none did
    also CODE           an error or warning that may be found as well
    open TEXT           why this is not right yet: a test to do, not a failure

and three things are asked.  Cause: it is found, of that phone, or where the
wire cannot tell, named as an alternative of what is not certain ("among").
Stage: the finding's, and where the phone stopped, as far as its chain has that
stage.  Nothing else: no other error or warning.  The table is printed, and with
--table on stderr.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parent.parent
REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))


class Case:
    def __init__(self, path):
        self.name = path.parent.name
        self.causes, self.stopped, self.also = [], set(), set()
        self.open = ""
        for line in path.read_text().split("\n"):
            words = line.split()
            if not words:
                continue
            if words[0] == "stopped":
                self.stopped.add(words[1])
            elif words[0] == "also":
                self.also.add(words[1])
            elif words[0] == "open":
                self.open = " # TODO " + " ".join(words[1:])
            elif words[0] != "none":
                self.causes.append((words + [None])[:3])

    def report(self):
        folder = TOP / "pcaps" / self.name
        args = folder / "args"
        more = args.read_text().split() if args.exists() else []
        run = subprocess.run(
            [REGSCAN, "--no-config", "--format", "json", *more,
             self.name + ".pcap"],
            cwd=folder, capture_output=True, check=False)
        return json.loads(run.stdout)


def who(finding):
    return finding.get("phone", {}).get("address") or finding.get("mac")


def of_phone(findings, phone):
    return [f for f in findings if phone is None or who(f) == phone]


def cause_found(cause, findings):
    """"yes", "among" or "no", and the findings that say so."""
    code, _, phone = cause
    mine = of_phone(findings, phone)
    found = [f for f in mine if f["code"] == code]
    if found:
        return "yes", found
    found = [f for f in mine if f["certainty"] != "certain"
             and code in f.get("alternatives", [])]
    return ("among", found) if found else ("no", [])


def stage_right(case, report, verdicts):
    for (_, stage, _), (_, found) in zip(case.causes, verdicts):
        if stage not in [f["stage"] for f in found]:
            return "no"
    stopped = {p["stopped_at"] for p in report["phones"] if "stopped_at" in p}
    judged = {s["stage"] for p in report["phones"] for s in p["chain"]}
    if stopped - case.stopped or (case.stopped & judged) - stopped:
        return "no"
    return "yes" if case.stopped <= judged else "so far"


def others(case, findings):
    """Errors and warnings of codes that are neither a cause of that phone nor allowed."""
    wrong = []
    for f in findings:
        own = any(code == f["code"] and phone in (None, who(f))
                  for code, _, phone in case.causes)
        if (f["severity"] != "info" and not own
                and f["code"] not in case.also):
            wrong.append(f["code"])
    return wrong


def score(case):
    report = case.report()
    findings = report["findings"]
    verdicts = [cause_found(c, findings) for c in case.causes]
    said = [v for v, _ in verdicts]
    cause = ("no" if "no" in said else "among" if "among" in said else "yes")
    wrong = others(case, findings)
    return cause, stage_right(case, report, verdicts), wrong


def main():
    tap.once()
    table, unexpected = [], 0
    for path in sorted((TOP / "pcaps").glob("*/cause")):
        case = Case(path)
        cause, stage, wrong = score(case)
        asked = " + ".join(c for c, _, _ in case.causes) or "none"
        table.append((case.name, asked, cause, stage, " ".join(wrong) or "-"))
        right = cause != "no" and stage != "no" and not wrong
        tap.told(right, case.name + case.open,
                 "cause %s: %s; stage: %s; others: %s"
                 % (asked, cause, stage, " ".join(wrong) or "none"))
        unexpected += not right and not case.open
    tap.told(len(table) > 100, "there are cases")
    out = sys.stderr if "--table" in sys.argv else sys.stdout
    row = "%-38s %-34s %-6s %-7s %s"
    lines = [row % ("case", "cause", "found", "stage", "others")]
    lines += [row % r for r in table]
    found = [r[2] for r in table]
    lines.append("%d cases: cause found in %d, among alternatives in %d, "
                 "missed in %d; stage right in %d; others in %d" % (
                     len(table), found.count("yes"), found.count("among"),
                     found.count("no"), sum(r[3] != "no" for r in table),
                     sum(r[4] != "-" for r in table)))
    for line in lines:
        print(("" if out is sys.stderr else "# ") + line.rstrip(), file=out)
    tap.done()
    return unexpected != 0


if __name__ == "__main__":
    sys.exit(main())
