#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands between two programs and writes down what they say to each other.

    tap.py OUT LISTEN TARGET [SERVER_CERT SERVER_KEY CLIENT_CERT CLIENT_KEY CA]

Listens on a port of loopback, hands everything on to another, and appends what passes to OUT.raw. With
certificates it ends TLS as the server and speaks it anew as the client, with the two sides' own keys:
what it writes down is what they said, in clear. HTTP/2's data frames go to OUT.body as well, without their
heads, each connection's direction for itself, so that a value which two frames share is found.
"""

import socket
import ssl
import sys
import threading

LOCK = threading.Lock()
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Bodies:
    """Takes a direction of an HTTP/2 connection apart."""

    def __init__(self):
        self.rest, self.body, self.begun = b"", b"", False

    def take(self, data):
        self.rest += data
        if not self.begun and len(self.rest) >= len(PREFACE):
            self.begun = True
            self.rest = self.rest.removeprefix(PREFACE)
        while self.begun and len(self.rest) >= 9:
            length = int.from_bytes(self.rest[:3], "big")
            if len(self.rest) < 9 + length:
                break
            if self.rest[3] == 0:
                self.body += self.rest[9:9 + length]
            self.rest = self.rest[9 + length:]


def append(path, data):
    with LOCK, open(path, "ab") as file:
        file.write(data)


def pump(source, target, out):
    bodies = Bodies()
    try:
        while data := source.recv(65536):
            append(out + ".raw", data)
            bodies.take(data)
            target.sendall(data)
    except OSError:
        pass
    append(out + ".body", bodies.body + b"\n")
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, target, out, contexts):
    try:
        server = socket.create_connection(("127.0.0.1", target))
        if contexts:
            client = contexts[0].wrap_socket(client, server_side=True)
            server = contexts[1].wrap_socket(server)
    except OSError as error:
        append(out + ".errors", f"{error}\n".encode())
        client.close()
        return
    threading.Thread(target=pump, args=(client, server, out), daemon=True).start()
    pump(server, client, out)


def tls(server_cert, server_key, client_cert, client_key, authority):
    inner = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inner.load_cert_chain(server_cert, server_key)
    inner.load_verify_locations(authority)
    inner.verify_mode = ssl.CERT_REQUIRED
    outer = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    outer.check_hostname = False
    outer.load_cert_chain(client_cert, client_key)
    outer.load_verify_locations(authority)
    for context in (inner, outer):
        context.set_alpn_protocols(["h2"])
    return inner, outer


def main(out, listen, target, *certificates):
    contexts = tls(*certificates) if certificates else None
    with socket.create_server(("127.0.0.1", int(listen))) as listener:
        while True:
            client, _ = listener.accept()
            threading.Thread(
                target=serve, args=(client, int(target), out, contexts), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
