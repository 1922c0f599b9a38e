"""The HTTP door against clients that are broken, hostile or slow: http_protocol_test.py PROGRAM."""

import gzip
import json
import os
import random
import socket
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..")]
from server_process import ServerProcess  # noqa: E402

SECONDS_MAX = 30
HEADER_SECONDS = 1
BODY_BYTES_MAX = 100_000
GZIP_RATIO_MAX = 10


class Client:
    """One connection; requests are bytes."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS_MAX)
        self.input = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.input.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, without_body=False):
        """(status, headers, body) of the next answer; None at the end of the connection."""
        line = self.input.readline()
        if not line:
            return None
        headers = {}
        while (field := self.input.readline().strip()):
            name, _, value = field.decode().partition(": ")
            headers[name.lower()] = value
        body = b"" if without_body else self.input.read(int(headers.get("content-length", "0")))
        return int(line.split()[1]), headers, body

    def closed(self):
        try:
            return self.input.read(1) == b""
        except ConnectionError:
            return True


def request(method, target, body=b"", **headers):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def ask(port, *arguments, **headers):
    with Client(port) as client:
        client.send(request(*arguments, **headers))
        return client.answer(without_body=arguments[0] == "HEAD")


def expect(actual, wanted):
    assert actual == wanted, f"got {actual!r}, expected {wanted!r}"


def count(port, measurement):
    status, _, body = ask(port, "GET", "/sql?q=" + urllib.parse.quote(f"SELECT count(*) FROM {measurement}"))
    return json.loads(body)["rows"][0][0] if status == 200 else None


def every_answer_says_who_and_when(port):
    status, headers, _ = ask(port, "GET", "/query?q=SHOW%20DATABASES", X_Request_Id="7c0ffee7")
    expect(status, 200)
    expect((headers["x-influxdb-build"], headers["request-id"], headers["x-request-id"]), ("OSS", "7c0ffee7", "7c0ffee7"))
    time.strptime(headers["date"], "%a, %d %b %Y %H:%M:%S GMT")


def garbage_is_a_bad_request(port):
    randomness = random.Random(3)
    for _ in range(50):
        with Client(port) as client:
            client.send(randomness.randbytes(randomness.randrange(1, 300)) + b"\r\n\r\n")
            client.socket.shutdown(socket.SHUT_WR)
            answer = client.answer()
            assert answer is None or answer[0] == 400, answer
    for line in (b"GET\r\n\r\n", b"GET /ping HTTP/9.9\r\n\r\n", b"POST /write HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                 b"POST /write HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
        with Client(port) as client:
            client.send(line)
            expect(client.answer()[0], 400)
            assert client.closed()


def what_is_too_large_is_refused_before_it_is_read(port):
    with Client(port) as client:
        client.send(b"GET /ping HTTP/1.1\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n")
        expect(client.answer()[0], 431)
        assert client.closed()
    with Client(port) as client:
        client.send(f"POST /write?db=tidemark HTTP/1.1\r\nContent-Length: {BODY_BYTES_MAX + 1}\r\n\r\n".encode())
        expect(client.answer()[0], 413)
        assert client.closed()
    with Client(port) as client:
        client.send(b"POST /write?db=tidemark HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + f"{BODY_BYTES_MAX + 1:x}\r\n".encode())
        expect(client.answer()[0], 413)
    lines = b"m v=1 1\n" * (BODY_BYTES_MAX // 8)
    expect(ask(port, "POST", "/write?db=tidemark", lines)[0], 204)


def packed_bodies_are_unpacked_within_a_limit(port):
    expect(ask(port, "POST", "/write?db=tidemark", gzip.compress(b"packed v=1 1"), Content_Encoding="gzip")[0], 204)
    expect(count(port, "packed"), 1)
    for broken in (b"no gzip", gzip.compress(b"packed v=2 2")[:-9], b"\x1f\x8b"):
        expect(ask(port, "POST", "/write?db=tidemark", broken, Content_Encoding="gzip")[0], 400)
    bomb = gzip.compress(b"packed v=2 2\n" + b"\n" * (BODY_BYTES_MAX * GZIP_RATIO_MAX))
    assert len(bomb) < BODY_BYTES_MAX
    expect(ask(port, "POST", "/write?db=tidemark", bomb, Content_Encoding="gzip")[0], 413)
    expect(count(port, "packed"), 1)


def a_body_cut_short_writes_nothing(port):
    with Client(port) as client:
        client.send(request("POST", "/write?db=tidemark", b"cut v=1 1\ncut v=2 2\n")[:-10])
    time.sleep(0.1)
    expect(count(port, "cut"), None)


def chunked_bodies_are_read(port):
    with Client(port) as client:
        client.send(b"POST /write?db=tidemark HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nchunked \r\n6\r\nv=1 1\n\r\n0\r\n\r\n")
        expect(client.answer()[0], 204)
    expect(count(port, "chunked"), 1)


def a_client_that_waits_for_continue_gets_it(port):
    with Client(port) as client:
        body = b"continued v=1 1"
        client.send(f"POST /write?db=tidemark HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        expect(client.answer()[0], 100)
        client.send(body)
        expect(client.answer()[0], 204)


def requests_sent_together_are_answered_in_order(port):
    with Client(port) as client:
        client.send(request("GET", "/ping") + request("GET", "/nowhere") + request("GET", "/health"))
        expect([client.answer()[0] for _ in range(3)], [204, 404, 200])


def methods_and_paths_are_checked(port):
    expect(ask(port, "HEAD", "/ping")[0], 204)
    expect(ask(port, "GET", "/write?db=tidemark")[0], 405)
    expect(ask(port, "DELETE", "/query")[0], 405)
    expect(ask(port, "GET", "/%00")[0], 404)
    expect(ask(port, "GET", "/query?q=%ff%fe")[0], 400)


def good_lines_of_a_bad_batch_are_kept(port):
    status, headers, body = ask(port, "POST", "/write?db=tidemark", b"kept v=1 1\nkept v=\nkept v=3 3\n")
    expect(status, 400)
    expect(json.loads(body)["error"], "partial write: unable to parse 'kept v=': missing field value dropped=0")
    expect(headers["x-influxdb-error"], "partial write: unable to parse 'kept v=': missing field value dropped=0")
    expect(count(port, "kept"), 2)


def a_slow_header_ends_the_connection(port):
    with Client(port) as client:
        start = time.monotonic()
        try:
            for byte in b"GET /ping HTTP/1.1\r\nX-Slow: " + b"x" * 100:
                client.send(bytes([byte]))
                time.sleep(0.1)
        except ConnectionError:
            pass
        assert client.closed()
        assert time.monotonic() - start < HEADER_SECONDS * 8


CASES = [function for function in list(globals().values())
         if callable(function) and getattr(function, "__code__", None) and function.__code__.co_varnames[:1] == ("port",)
         and function not in (ask, count)]


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(program, folder + "/data", "--http-header-timeout", f"{HEADER_SECONDS}s", "--http-body-bytes-max",
                               str(BODY_BYTES_MAX), "--http-gzip-ratio-max", str(GZIP_RATIO_MAX))
        server.start()
        failed = 0
        for case in CASES:
            try:
                case(server.http_port)
                expect(ask(server.http_port, "GET", "/ping")[0], 204)
            except Exception as problem:  # noqa: BLE001: told, and counted
                failed += 1
                print(f"{case.__name__}: {type(problem).__name__}: {problem}")
        server.stop()
    print(f"{len(CASES)} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
