"""PostgreSQL's protocol 3.0 by hand: what a test sends is what it says, byte for byte."""

import socket
import struct

SECONDS_MAX = 30
PROTOCOL_3 = 196608
CANCEL_REQUEST = 80877102
SSL_REQUEST = 80877103


def text(value):
    return value.encode() + b"\0"


def startup(parameters, version=PROTOCOL_3):
    body = struct.pack("!i", version) + b"".join(text(part) for pair in parameters.items() for part in pair) + b"\0"
    return struct.pack("!i", len(body) + 4) + body


def message(kind, body=b""):
    return kind.encode() + struct.pack("!i", len(body) + 4) + body


def query(sql):
    return message("Q", text(sql))


def parse(name, sql, *types):
    return message("P", text(name) + text(sql) + struct.pack("!h", len(types)) + b"".join(struct.pack("!i", t) for t in types))


def bind(portal, statement, *values):
    parameters = b"".join(struct.pack("!i", -1) if v is None else struct.pack("!i", len(v)) + v for v in values)
    return message("B", text(portal) + text(statement) + struct.pack("!h", 0) + struct.pack("!h", len(values)) + parameters
                   + struct.pack("!h", 0))


def describe(kind, name):
    return message("D", kind.encode() + text(name))


def execute(portal, rows_max=0):
    return message("E", text(portal) + struct.pack("!i", rows_max))


def sync():
    return message("S")


class Reply:
    """A message from the server: its type, and its body cut into what tests look at."""

    def __init__(self, kind, body):
        self.kind, self.body = kind, body

    def fields(self):
        """Of an error or notice: severity S, SQLSTATE C, message M, position P …"""
        return {part[:1].decode(): part[1:].decode() for part in self.body.split(b"\0") if part}

    def values(self):
        """Of a data row."""
        count, at, values = struct.unpack_from("!h", self.body)[0], 2, []
        for _ in range(count):
            length = struct.unpack_from("!i", self.body, at)[0]
            at += 4
            values.append(None if length < 0 else self.body[at:at + length])
            at += max(length, 0)
        return values

    def __repr__(self):
        return f"{self.kind}{self.body!r}"


class Closed(Exception):
    """The server ended the connection."""


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS_MAX)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        self.socket.sendall(b"".join(parts))

    def read(self, count):
        out = b""
        while len(out) < count:
            try:
                piece = self.socket.recv(count - len(out))
            except ConnectionError as error:
                raise Closed from error
            if not piece:
                raise Closed
            out += piece
        return out

    def reply(self):
        head = self.read(5)
        return Reply(head[:1].decode(), self.read(struct.unpack("!i", head[1:])[0] - 4))

    def replies(self):
        """Everything up to and with the next ReadyForQuery."""
        out = [self.reply()]
        while out[-1].kind != "Z":
            out.append(self.reply())
        return out

    def replies_to_end(self):
        """Everything until the server closes."""
        out = []
        try:
            while True:
                out.append(self.reply())
        except Closed:
            return out

    def log_in(self, user="tidemark", database="tidemark", **more):
        self.send(startup({"user": user, "database": database, **more}))
        self.greeting = self.replies()
        for reply in self.greeting:
            if reply.kind == "K":
                self.cancel_key = reply.body
        return self

    def ask(self, *parts):
        self.send(*parts)
        return self.replies()
