# SPDX-License-Identifier: Apache-2.0
"""A TLS 1.2 server that asks for a certificate, and takes none for an answer.

    dismiss.py HOW CA CERTIFICATE KEY ADDRESS PORT

The handshake completes without one, as with nginx. To the first request the
server then

    dismiss  says close_notify and closes
    admit    answers
"""

import socket
import ssl
import sys

ANSWER = b"SIP/2.0 200 OK\r\nServer: example\r\nContent-Length: 0\r\n\r\n"


def main():
    how, ca, certificate, key, address, port = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(ca)
    context.load_cert_chain(certificate, key)
    with socket.create_server((address, int(port))) as listener:
        while True:
            conn = context.wrap_socket(listener.accept()[0], server_side=True)
            conn.recv(65536)
            if how == "admit":
                conn.sendall(ANSWER)
                conn.recv(65536)
            try:
                conn.unwrap().close()
            except OSError:
                conn.close()


main()
