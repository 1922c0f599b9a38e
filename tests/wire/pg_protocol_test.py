"""The PostgreSQL door against clients that are broken, hostile or merely particular: pg_protocol_test.py PROGRAM.

With TIDEMARK_WIRE_POSTGRES=PORT the same cases run against a PostgreSQL on that port of 127.0.0.1 (role and database tidemark, trust),
which is how the expectations were checked.
"""

import os
import random
import socket
import struct
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
from pg_client import (CANCEL_REQUEST, SSL_REQUEST, Client, Closed, bind, describe, execute, message, parse, query,  # noqa: E402
                       startup, sync, text)
from server_process import ServerProcess  # noqa: E402

LOGIN = {"user": "tidemark", "database": "tidemark"}


def kinds(replies):
    return "".join(reply.kind for reply in replies)


def errors(replies):
    return [reply.fields()["C"] for reply in replies if reply.kind == "E"]


def rows(replies):
    return [reply.values() for reply in replies if reply.kind == "D"]


def expect(actual, wanted):
    assert actual == wanted, f"got {actual!r}, expected {wanted!r}"


def fatal(replies):
    """The SQLSTATE of the error that ended the connection; None if it ended without a word."""
    for reply in replies:
        if reply.kind == "E" and reply.fields()["S"] == "FATAL":
            return reply.fields()["C"]
    return None


# Start-up


def garbage_for_a_startup_packet_ends_the_connection(port):
    randomness = random.Random(7)
    for _ in range(50):
        with Client(port) as client:
            client.send(randomness.randbytes(randomness.randrange(1, 400)))
            client.socket.shutdown(socket.SHUT_WR)
            client.replies_to_end()


def startup_lengths_out_of_bounds_end_the_connection(port):
    for length in (0, 3, 4, 10_001, 0x7FFFFFFF, -1, -0x80000000):
        with Client(port) as client:
            client.send(struct.pack("!i", length) + b"\0\3\0\0")
            client.socket.shutdown(socket.SHUT_WR)
            client.replies_to_end()


def an_older_protocol_is_refused(port):
    with Client(port) as client:
        client.send(startup(LOGIN, version=2 << 16))
        assert fatal(client.replies_to_end()) in ("0A000", None)  # PostgreSQL says it in the words of that protocol


def a_newer_minor_version_is_negotiated_down(port):
    with Client(port) as client:
        client.send(startup({**LOGIN, "_pq_.no_such_option": "1"}, version=(3 << 16) + 2))
        replies = client.replies()
        expect(replies[0].kind, "v")
        assert b"_pq_.no_such_option" in replies[0].body
        expect(rows(client.ask(query("SELECT 1"))), [[b"1"]])


def no_user_and_no_such_database_are_told(port):
    with Client(port) as client:
        client.send(startup({"database": "tidemark"}))
        expect(fatal(client.replies_to_end()), "28000")
    with Client(port) as client:
        client.send(startup({**LOGIN, "database": "nowhere"}))
        expect(fatal(client.replies_to_end()), "3D000")


def bytes_behind_an_ssl_request_are_not_taken_for_protected_ones(port):
    with Client(port) as client:
        client.send(struct.pack("!ii", 8, SSL_REQUEST))
        if client.read(1) == b"N":
            client.send(startup(LOGIN))
            expect(client.replies()[-1].kind, "Z")


def startup_options_set_the_session(port):
    with Client(port).log_in(options="-c extra_float_digits=0 --DateStyle=German", application_name="wire") as client:
        expect(rows(client.ask(query("SHOW application_name"))), [[b"wire"]])
        expect(rows(client.ask(query("SELECT date '2024-01-31'"))), [[b"31.01.2024"]])
        client.ask(query("SET DateStyle = ISO"))
        client.ask(query("RESET DateStyle"))
        expect(rows(client.ask(query("SELECT date '2024-01-31'"))), [[b"31.01.2024"]])


# Messages


def lengths_out_of_bounds_end_the_session(port):
    for length in (0, 3, -1, 0x7FFFFFFF):
        with Client(port).log_in() as client:
            client.send(b"Q" + struct.pack("!i", length) + b"SELECT 1\0")
            assert fatal(client.replies_to_end()) in ("08P01", None)  # PostgreSQL tells its log only


def unknown_message_types_end_the_session(port):
    for kind in ("z", "\x01", "!"):
        with Client(port).log_in() as client:
            client.send(message(kind))
            expect(fatal(client.replies_to_end()), "08P01")


def garbled_bodies_are_errors_and_the_session_goes_on(port):
    bodies = [("Q", b"no end"), ("Q", b"SELECT 1\0more\0"), ("P", b"name"), ("P", b"\0SELECT 1\0\x7f\xff"), ("B", b"\0no end"),
              ("E", b"\0"), ("D", b"S"), ("C", b"P")]
    with Client(port).log_in() as client:
        for kind, body in bodies:
            replies = client.ask(message(kind, body), *([] if kind == "Q" else [sync()]))
            expect(errors(replies), ["08P01"])
            expect(rows(client.ask(query("SELECT 1"))), [[b"1"]])


def a_message_cut_short_harms_nobody_else(port):
    with Client(port).log_in() as other:
        with Client(port).log_in() as client:
            client.send(query("CREATE TABLE half (a int)")[:-9])
        expect(errors(other.ask(query("SELECT * FROM half"))), ["42P01"])


def announced_bytes_that_never_come_cost_nothing(port):
    clients = [Client(port).log_in() for _ in range(20)]
    for client in clients:
        client.send(b"Q" + struct.pack("!i", 200_000_000) + b"SELECT")
    with Client(port).log_in() as other:
        expect(rows(other.ask(query("SELECT 1"))), [[b"1"]])
    for client in clients:
        client.socket.close()


def text_that_is_not_utf8_is_refused(port):
    with Client(port).log_in() as client:
        for broken in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"):
            expect(errors(client.ask(message("Q", b"SELECT '" + broken + b"'\0"))), ["22021"])
            replies = client.ask(parse("", "SELECT $1::text"), bind("", "", broken), execute(""), sync())
            expect(errors(replies), ["22021"])
        expect(rows(client.ask(query("SELECT 1"))), [[b"1"]])


def random_streams_never_stop_the_server(port):
    randomness = random.Random(11)
    valid = [parse("s", "SELECT $1::int + 1"), bind("p", "s", b"41"), describe("S", "s"), describe("P", "p"), execute("p", 1), sync(),
             query("BEGIN"), query("SELECT 1; SELECT 2"), message("H"), message("C", b"S" + text("s")), message("c"), message("d", b"1\t2\n"),
             query("COPY (SELECT 1) TO STDOUT"), query("ROLLBACK")]
    for _ in range(60):
        with Client(port).log_in() as client:
            stream = bytearray(b"".join(randomness.choice(valid) for _ in range(12)))
            for _ in range(randomness.randrange(4)):
                stream[randomness.randrange(len(stream))] = randomness.randrange(256)
            try:
                client.send(bytes(stream))
                client.socket.shutdown(socket.SHUT_WR)
                client.replies_to_end()
            except ConnectionError:
                pass


# Simple and extended query


def a_text_of_several_statements_is_one_transaction(port):
    with Client(port).log_in() as client:
        replies = client.ask(query("DROP TABLE IF EXISTS several; CREATE TABLE several (a int); INSERT INTO several VALUES (1); SELECT 1/0"))
        expect(errors(replies), ["22012"])
        expect(errors(client.ask(query("SELECT * FROM several"))), ["42P01"])
        expect(kinds(client.ask(query(""))), "IZ")
        expect(kinds(client.ask(query(";"))), "IZ")


def the_state_of_the_transaction_is_in_ready_for_query(port):
    with Client(port).log_in() as client:
        states = [client.ask(query(sql))[-1].body for sql in ("SELECT 1", "BEGIN", "SELECT x", "SELECT 1", "COMMIT")]
        expect(states, [b"I", b"T", b"E", b"E", b"I"])
        client.ask(query("BEGIN"), )
        client.ask(query("SELECT x"))
        expect(errors(client.ask(query("SELECT 1"))), ["25P02"])
        command = [reply.body for reply in client.ask(query("COMMIT")) if reply.kind == "C"]
        expect(command, [b"ROLLBACK\0"])


def errors_skip_to_sync(port):
    with Client(port).log_in() as client:
        replies = client.ask(parse("", "SELECT no_such"), bind("", ""), execute(""), query("SELECT 1"), sync())
        expect(kinds(replies), "EZ")
        expect(rows(client.ask(query("SELECT 1"))), [[b"1"]])


def statements_before_a_sync_are_one_transaction(port):
    with Client(port).log_in() as client:
        client.ask(query("DROP TABLE IF EXISTS piped"))
        client.ask(query("CREATE TABLE piped (a int PRIMARY KEY)"))
        insert = parse("", "INSERT INTO piped VALUES ($1)")
        replies = client.ask(insert, bind("", "", b"1"), execute(""), bind("", "", b"2"), execute(""), bind("", "", b"1"), execute(""), sync())
        expect(errors(replies), ["23505"])
        expect(rows(client.ask(query("SELECT count(*) FROM piped"))), [[b"0"]])
        replies = client.ask(insert, bind("", "", b"1"), execute(""), sync(), bind("", "", b"2"), execute(""), sync())
        expect(kinds(replies), "12CZ")
        expect(kinds(client.replies()), "2CZ")
        expect(rows(client.ask(query("SELECT count(*) FROM piped"))), [[b"2"]])


def portals_give_their_rows_in_portions(port):
    with Client(port).log_in() as client:
        client.ask(query("BEGIN"))
        replies = client.ask(parse("", "SELECT * FROM generate_series(1, 5)"), bind("p", ""), execute("p", 2), execute("p", 2), execute("p", 2), sync())
        expect(kinds(replies), "12DDsDDsDCZ")
        expect(rows(replies), [[b"1"], [b"2"], [b"3"], [b"4"], [b"5"]])
        client.ask(query("COMMIT"))
        expect(errors(client.ask(execute("p"), sync())), ["34000"])


def describe_tells_parameters_and_columns(port):
    with Client(port).log_in() as client:
        replies = client.ask(parse("s", "SELECT $1::int8 AS a, $2 || 'x' AS b"), describe("S", "s"), sync())
        expect(kinds(replies), "1tTZ")
        expect(struct.unpack("!hii", replies[1].body), (2, 20, 25))
        replies = client.ask(parse("t", "SET TimeZone = 'UTC'"), describe("S", "t"), sync())
        expect(kinds(replies), "1tnZ")
        expect(errors(client.ask(parse("s", "SELECT 1"), sync())), ["42P05"])
        expect(errors(client.ask(bind("", "none"), sync())), ["26000"])
        expect(errors(client.ask(bind("", "s", b"1"), sync())), ["08P01"])
        expect(errors(client.ask(bind("", "s", b"x", b"y"), sync())), ["22P02"])
        expect(kinds(client.ask(message("C", b"S" + text("s")), message("C", b"S" + text("s")), sync())), "33Z")
        expect(errors(client.ask(describe("S", "s"), sync())), ["26000"])


def flush_sends_what_there_is(port):
    with Client(port).log_in() as client:
        client.send(parse("", "SELECT 7"), describe("S", ""), message("H"))
        expect([client.reply().kind for _ in range(3)], ["1", "t", "T"])
        expect(rows(client.ask(bind("", ""), execute(""), sync())), [[b"7"]])


def what_answers_one_pipeline_comes_in_one_piece(port):
    with Client(port).log_in() as client:
        client.ask(parse("s", "SELECT $1::int"), sync())
        pieces = 0
        for _ in range(100):
            client.send(bind("", "s", b"1"), describe("P", ""), execute(""), sync())
            out = b""
            while not out.endswith(b"Z\0\0\0\5I"):
                out += client.socket.recv(65536)
                pieces += 1
        expect(pieces <= 110, True)


def an_answer_does_not_wait_for_what_is_behind_it_in_the_pipeline(port):
    with Client(port).log_in() as client:
        begun = time.monotonic()
        client.send(query("SELECT 1"), query("SELECT pg_sleep(2)"))
        expect(rows(client.replies()), [[b"1"]])
        expect(time.monotonic() - begun < 1.5, True)
        client.replies()


def errors_bear_position_and_severity(port):
    with Client(port).log_in() as client:
        error = next(reply for reply in client.ask(query("SELECT 'é', no_such")) if reply.kind == "E").fields()
        expect((error["S"], error["V"], error["C"], error["M"], error["P"]),
               ("ERROR", "ERROR", "42703", 'column "no_such" does not exist', "13"))


def copy_in_ends_by_done_or_fail(port):
    with Client(port).log_in() as client:
        client.ask(query("DROP TABLE IF EXISTS copied"))
        client.ask(query("CREATE TABLE copied (a int, b text)"))
        client.send(query("COPY copied FROM STDIN"))
        expect(client.reply().kind, "G")
        replies = client.ask(message("d", b"1\tone\n2\t"), message("d", b"two\n"), message("c"))
        expect(kinds(replies), "CZ")
        client.send(query("COPY copied FROM STDIN"))
        client.reply()
        expect(errors(client.ask(message("d", b"3\tthree\n"), message("f", text("enough")))), ["57014"])
        client.send(query("COPY copied FROM STDIN"))
        client.reply()
        expect(errors(client.ask(message("d", b"x\tbad\n"), message("c"))), ["22P02"])
        replies = client.ask(query("COPY (SELECT * FROM copied ORDER BY a) TO STDOUT"))
        expect(b"".join(reply.body for reply in replies if reply.kind == "d"), b"1\tone\n2\ttwo\n")


# Sessions


def a_cancel_request_stops_the_statement(port):
    with Client(port).log_in() as client:
        def cancel(key):
            with Client(port) as other:
                other.send(struct.pack("!ii", 16, CANCEL_REQUEST) + key)
                other.replies_to_end()

        wrong = client.cancel_key[:4] + bytes(byte ^ 0xFF for byte in client.cancel_key[4:])
        timers = [threading.Timer(0.1, cancel, [wrong]), threading.Timer(0.4, cancel, [client.cancel_key])]
        for timer in timers:
            timer.start()
        start = time.monotonic()
        expect(errors(client.ask(query("SELECT pg_sleep(20)"))), ["57014"])
        assert 0.3 < time.monotonic() - start < 15
        for timer in timers:
            timer.join()
        expect(rows(client.ask(query("SELECT 1"))), [[b"1"]])


def leaving_in_a_transaction_rolls_it_back(port):
    with Client(port).log_in() as client:
        client.ask(query("DROP TABLE IF EXISTS left_behind"))
        client.ask(query("CREATE TABLE left_behind (a int)"))
        for goodbye in (message("X"), b""):
            with Client(port).log_in() as leaving:
                leaving.ask(query("BEGIN"))
                leaving.ask(query("INSERT INTO left_behind VALUES (1)"))
                leaving.send(goodbye)
        expect(rows(client.ask(query("SELECT count(*) FROM left_behind"))), [[b"0"]])


def changed_settings_are_told(port):
    with Client(port).log_in() as client:
        told = {reply.body.split(b"\0")[0] for reply in client.greeting if reply.kind == "S"}
        wanted = {b"server_version", b"server_encoding", b"client_encoding", b"DateStyle", b"IntervalStyle", b"TimeZone",
                  b"integer_datetimes", b"standard_conforming_strings", b"is_superuser", b"session_authorization", b"application_name"}
        expect(wanted - told, set())
        changes = [reply.body for reply in client.ask(query("SET TimeZone = 'Europe/Berlin'")) if reply.kind == "S"]
        expect(changes, [b"TimeZone\0Europe/Berlin\0"])


def clients_beyond_the_limit_are_told(port):
    if os.environ.get("TIDEMARK_WIRE_POSTGRES"):
        return
    clients = []
    try:
        for _ in range(200):
            clients.append(Client(port))
            clients[-1].send(startup(LOGIN))
        codes = set()
        for client in clients:
            try:
                reply = client.reply()
                codes.add(reply.fields()["C"] if reply.kind == "E" else reply.kind)
            except Closed:
                codes.add("closed")
        assert {"R", "53300"} <= codes, codes
    finally:
        for client in clients:
            client.socket.close()
    deadline = time.monotonic() + 10
    while True:  # the places come back as the server sees that they have left
        try:
            with Client(port).log_in() as client:
                expect(rows(client.ask(query("SELECT 1"))), [[b"1"]])
                return
        except Closed:
            assert time.monotonic() < deadline
            time.sleep(0.05)


CASES = [function for name, function in list(globals().items())
         if callable(function) and getattr(function, "__code__", None) and function.__code__.co_varnames[:1] == ("port",)]


def main(program):
    postgres = os.environ.get("TIDEMARK_WIRE_POSTGRES")
    with tempfile.TemporaryDirectory() as folder:
        server = None if postgres else ServerProcess(program, folder + "/data")
        if server:
            server.start()
        port = int(postgres) if postgres else server.pg_port
        failed = 0
        for case in CASES:
            try:
                case(port)
                with Client(port).log_in() as client:
                    expect(rows(client.ask(query("SELECT 'alive'"))), [[b"alive"]])
            except Exception as problem:  # noqa: BLE001: told, and counted
                failed += 1
                print(f"{case.__name__}: {type(problem).__name__}: {problem}")
        if server:
            server.stop()
    print(f"{len(CASES)} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
