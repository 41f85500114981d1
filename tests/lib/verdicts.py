# SPDX-License-Identifier: Apache-2.0
"""What regscan says of a capture, and whether it may say that of less of it."""

import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.join(HERE, "..", "..", "pcaps")
REGSCAN = os.path.abspath(os.environ.get("REGSCAN", "./regscan"))


class Broken(Exception):
    pass


def report(folder, name, content, path=None, statuses=(0, 1, 4)):
    """The document that regscan prints of the capture, which it is given as
    that path, "-" being standard input.  A status of 3 has a message."""
    content = content if isinstance(content, dict) else {name: content}
    for file, octets in content.items():
        with open(os.path.join(folder, file), "wb") as f:
            f.write(octets)
    p = subprocess.run(
        [REGSCAN, "--format", "json", "--color", "never", *arguments(name),
         path or name], cwd=folder, capture_output=True, check=False,
        timeout=120, input=content[name] if path == "-" else b"")
    if bool(p.stderr) != (p.returncode == 3) or p.returncode not in statuses:
        raise Broken(f"exit status {p.returncode}, stderr: "
                     + p.stderr.decode(errors="replace"))
    document = json.loads(p.stdout)
    document["status"] = p.returncode
    return document


def arguments(name):
    path = os.path.join(CASES, os.path.splitext(name)[0], "args")
    if not os.path.exists(path):
        return []
    with open(path) as f:
        words = f.read().split()
    # Files that a case brings along.
    own = os.path.abspath(os.path.dirname(path))
    return [os.path.join(own, w) if os.path.exists(os.path.join(own, w))
            else w for w in words]


def verdicts(document):
    """{code: alternatives} of what the document blames."""
    return {f["code"]: set(f.get("alternatives", []))
            for f in document["findings"]
            if not f["code"].startswith("capture.")}


# What is left of a verdict when packets that it rests on are lost, by case: of a
# loop one round; of a certificate that had not expired by the clocks of two
# servers, one that had by the clock of the capture.
LESS = {"udp-stale-loop.pcap": "sip.nonce-expired",
        "tls12-capture-clock.pcap": "tls.certificate-expired"}


def appeared(cut, first, less=None):
    """What less of a capture is blamed for that all of it is not.  A finding
    that says itself that it may be the old one, or that the capture may lack
    what would tell, is the old one turned less sure."""
    old = verdicts(first)
    return [f"{code} appeared" for code, others in verdicts(cut).items()
            if code not in old and code != less
            and not others & (old.keys() | {"capture.incomplete"})]


def outcomes(document):
    """What became of attempts, but for those that are undecided or well."""
    return {r["outcome"] for r in document["registrations"]} - {
        "registered", "unregistered", "queried", "cut_off"}


def certain_errors(document):
    return {f["code"] for f in document["findings"]
            if f["severity"] == "error" and f["certainty"] == "certain"}
