#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A problem report as phones make it, around the log of log-register: the log
once more as messages.0.gz in an archive in it, and files with secrets."""

import gzip
import io
import pathlib
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
LOG = (HERE.parent / "log-register" / "log-register.logcat").read_bytes()
CFG = b"""<flat-profile>
<Proxy_1_ ua="na">voice.example.net</Proxy_1_>
<Password_1_ ua="na">SECRETpassword</Password_1_>
</flat-profile>
"""
STATUS = b"""<status><Serial_Number>SECRETserial</Serial_Number></status>
"""


def add(archive, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def packed(fill):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as z:
        with tarfile.open(fileobj=z, mode="w", format=tarfile.USTAR_FORMAT) \
                as archive:
            fill(archive)
    return out.getvalue()


def messages(archive):
    add(archive, "messages.0.gz", gzip.compress(LOG, mtime=0))


def report(archive):
    add(archive, "./cfg.xml", CFG)
    add(archive, "./logcat-20230904-225152.log", LOG)
    add(archive, "./messages.tar.gz", packed(messages))
    add(archive, "./status.xml", STATUS)
    add(archive, "../../../../tmp/out-of-here.log", LOG)


(HERE / "log-in-archive.tgz").write_bytes(packed(report))
