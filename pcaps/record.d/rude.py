# SPDX-License-Identifier: Apache-2.0
"""A TCP server that does not do TLS.

    rude.py HOW ADDRESS PORT

It takes each connection, reads what comes first (the ClientHello), and then

    reset   throws the connection away (RST, by SO_LINGER 0)
    close   closes it in order (FIN), without an alert
    silent  says nothing, and closes when the other side does
    http    answers as a web server does that was spoken to in TLS
    sip     answers as a SIP server does that listens without TLS
    slam    reads nothing, but closes at once
    damage  passes on what comes to a server on the next port, and back, but for
            the last byte of the client's second flight, which it changes
    spoil   the same, but changes a byte of the server's first flight instead,
            before its last message
    slow    passes it on as it is, six seconds late
"""

import select
import socket
import struct
import sys
import time

ANSWERS = {
    "http": b"HTTP/1.1 400 Bad Request\r\nServer: example\r\n"
            b"Content-Type: text/plain\r\nContent-Length: 13\r\n"
            b"Connection: close\r\n\r\nBad Request\r\n",
    "sip": b"SIP/2.0 400 Bad Request\r\nServer: example\r\n"
           b"Content-Length: 0\r\n\r\n",
}


def passed_on(how, conn, address, port):
    server = socket.create_connection((address, port))
    flight = 0
    while True:
        ready, _, _ = select.select([conn, server], [], [])
        for one in ready:
            data = one.recv(65536)
            if not data:
                conn.close()
                server.close()
                return
            if one is conn:
                flight += 1
                if how == "slow" and flight == 1:
                    time.sleep(6)
                if how == "damage" and flight == 2:
                    data = data[:-1] + bytes([data[-1] ^ 1])
            elif how == "spoil" and flight == 1:
                at = len(data) - 9 - 20  # ServerHelloDone is 9 bytes
                data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
            (server if one is conn else conn).sendall(data)


def serve(how, conn, address, port):
    if how == "slam":
        conn.close()
        return
    if how in ("damage", "spoil", "slow"):
        passed_on(how, conn, address, port + 1)
        return
    conn.recv(65536)
    time.sleep(0.002)
    if how == "reset":
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
    elif how in ANSWERS:
        conn.sendall(ANSWERS[how])
        conn.shutdown(socket.SHUT_WR)
    if how != "reset" and how != "close":
        try:
            while conn.recv(65536):
                pass
        except OSError:
            pass
    conn.close()


def main():
    how, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with socket.create_server((address, port)) as listener:
        while True:
            conn, _ = listener.accept()
            serve(how, conn, address, port)


main()
