# SPDX-License-Identifier: Apache-2.0
"""What bench and instructions share: the captures, and running programs.

Captures are made on demand into one directory.  Where that is BENCH_DIR they
stay there and serve the next run: the certificates in them are made by openssl
and differ from one making to the next, the rest depends on the seed alone.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

WORKLOADS = ("foreign", "udp-storm", "tcp-storm", "tls", "flood")

# make load's.
ENEMIES = ("syns", "datagrams", "requests", "refusals", "tiny-segments",
           "fragments", "questions", "discovers", "read-requests", "clocks",
           "neighbours", "announcements")

# A pcap file of Ethernet frames, without frames.
EMPTY = bytes.fromhex("d4c3b2a1020004000000000000000000"
                      "0000040001000000")

# REPORT.md: 0 all well, 1 something failed, 4 nothing could be judged.
GOOD_STATUS = (0, 1, 4)


def fail(message):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {message}")


@contextlib.contextmanager
def directory(keep):
    """BENCH_DIR, or a directory below this one that goes at the end."""
    path = os.environ.get("BENCH_DIR")
    if path:
        os.makedirs(path, exist_ok=True)
        yield path
        return
    path = tempfile.mkdtemp(prefix="bench-", dir=".")
    try:
        yield path
    finally:
        if keep:
            print(f"captures are in {path}")
        else:
            shutil.rmtree(path)


def openssl(*args):
    done = subprocess.run(["openssl", *args], capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"openssl {args[0]}: {done.stderr.strip()}")


def certificates(where, servers=3):
    """The generator's --cert arguments: a CA and servers of its making."""
    def path(name):
        return os.path.join(where, name)

    args = []
    for i in range(1, servers + 1):
        args += ["--cert", f"{path(f'sbc{i}.der')},{path('ca.der')}"]
    if os.path.exists(path(f"sbc{servers}.der")):
        return args
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes",
            "-keyout", path("ca.key"), "-out", path("ca.pem"),
            "-subj", "/O=Example/CN=Example Bench CA",
            "-set_serial", "0x1001", "-days", "3650")
    openssl("x509", "-in", path("ca.pem"), "-outform", "DER",
            "-out", path("ca.der"))
    for i in range(1, servers + 1):
        name = f"sbc{i}.example.com"
        openssl("req", "-newkey", "rsa:2048", "-nodes",
                "-keyout", path("sbc.key"), "-out", path("sbc.csr"),
                "-subj", f"/O=Example/CN={name}",
                "-addext", f"subjectAltName=DNS:{name}")
        openssl("x509", "-req", "-in", path("sbc.csr"),
                "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
                "-set_serial", hex(0x2000 + i), "-days", "365",
                "-copy_extensions", "copyall",
                "-outform", "DER", "-out", path(f"sbc{i}.der"))
    return args


def newer(path, than):
    try:
        return os.path.getmtime(path) > os.path.getmtime(than)
    except FileNotFoundError:
        return False


def capture(generate, where, workload, size, seed):
    """Path and number of packets of a capture; made unless it is there."""
    path = os.path.join(where, f"{workload}-{size}-{seed}.pcap")
    note = path + ".packets"
    if not newer(note, generate):
        done = subprocess.run(
            [generate, workload, "--size", str(size), "--seed", str(seed),
             "--out", path, *certificates(where)],
            stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            fail(f"{generate} failed on {workload}")
        packets = re.search(r"(\d+) packets", done.stdout).group(1)
        with open(note, "w", encoding="ascii") as file:
            file.write(packets)
    with open(note, encoding="ascii") as file:
        return path, int(file.read())


def drop(path):
    """Make room, unless the captures are to stay."""
    if not os.environ.get("BENCH_DIR"):
        os.unlink(path)
        os.unlink(path + ".packets")


def run(argv, good=(0,)):
    """Wall seconds, processor seconds and peak MB of a program's run."""
    with open(os.devnull, "r+b") as null, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        try:
            child = subprocess.Popen(
                argv, stdin=null, stdout=null, stderr=err)
        except OSError as e:
            fail(f"{argv[0]}: {e.strerror}")
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in good:
            err.seek(0)
            why = err.read().decode(errors="replace").strip()
            fail(f"{' '.join(argv)}: status {child.returncode}: {why}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def empty(where):
    """A capture of nothing: what is spent on it is spent on starting."""
    path = os.path.join(where, "empty.pcap")
    with open(path, "wb") as file:
        file.write(EMPTY)
    return path


def instructions(argv, path):
    """What the program executes for this file, by cachegrind."""
    argv = ["valgrind", "--tool=cachegrind", "--cache-sim=no",
            "--cachegrind-out-file=/dev/null", *argv, path]
    try:
        done = subprocess.run(argv, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True,
                              errors="replace")
    except OSError as e:
        fail(f"valgrind: {e.strerror}")
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode not in GOOD_STATUS or found is None:
        fail(f"status {done.returncode}: {done.stderr.strip()}")
    return int(found.group(1).replace(",", ""))
