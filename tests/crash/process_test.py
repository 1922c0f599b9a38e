"""kill -9 on a real server under load through both doors: what was acknowledged is there, and no batch by half.

process_test.py PROGRAM. TIDEMARK_SOAK_ROUNDS (5) rounds; TIDEMARK_SEED repeats the choices of a run (not its timing).
Each writer counts its batches up and notes which it began and which were acknowledged. It has one batch in flight, so that
after a restart exactly one batch a writer and round may be there or not.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from server_process import SKIPPED, ServerProcess  # noqa: E402

try:
    import psycopg2
except ImportError:
    print("skipped: python3-psycopg2 is not installed")
    sys.exit(SKIPPED)

BATCH_ROWS = 40
ROUNDS = int(os.environ.get("TIDEMARK_SOAK_ROUNDS", "5"))


class Writer(threading.Thread):
    """What one client wrote, over all rounds. `began` and `acknowledged` are read when the thread of a round has ended."""

    def __init__(self, server, name, log):
        super().__init__(daemon=True)
        self.server, self.name_, self.log = server, name, log
        self.problem = None

    def run(self):
        try:
            self.connect()
            while True:
                batch = len(self.log.began) + 1
                self.log.began.append(batch)
                self.write(batch)
                self.log.acknowledged.add(batch)
        except (OSError, psycopg2.OperationalError, psycopg2.InterfaceError) as problem:
            self.problem = None if self.server.killed else problem  # its server is gone: that is the end of the round
        except Exception as problem:  # noqa: BLE001: told by the main thread
            self.problem = problem


class LineProtocolWriter(Writer):
    def connect(self):
        self.url = f"http://127.0.0.1:{self.server.http_port}/write?db=tidemark"

    def write(self, batch):
        first = batch * 1000 * 1_000_000_000
        lines = "\n".join(f"event,writer={self.name_} batch={batch}i,n={n}i,text=\"{'x' * (batch % 50)}\" {first + n}"
                          for n in range(BATCH_ROWS))
        try:
            reply = urllib.request.urlopen(urllib.request.Request(self.url, lines.encode()), timeout=60)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"/write said {error.code}: {error.read()}") from error
        if reply.status != 204:
            raise RuntimeError(f"/write said {reply.status}")


class StatementWriter(Writer):
    """One INSERT of many rows a batch, on its own."""

    def connect(self):
        self.connection = psycopg2.connect(self.server.conninfo())
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()

    def write(self, batch):
        self.insert(batch, 0, BATCH_ROWS)

    def insert(self, batch, first, last):
        values = ", ".join(f"('{self.name_}', {batch}, {n})" for n in range(first, last))
        self.cursor.execute("INSERT INTO ledger VALUES " + values)


class TransactionWriter(StatementWriter):
    """Several statements a batch, one transaction, and a counter that must agree with them."""

    def write(self, batch):
        self.cursor.execute("BEGIN")
        self.insert(batch, 0, BATCH_ROWS // 2)
        self.cursor.execute("UPSERT INTO counter VALUES (%s, %s)", (self.name_, batch))
        self.insert(batch, BATCH_ROWS // 2, BATCH_ROWS)
        self.cursor.execute("COMMIT")


class BatchLog:
    def __init__(self):
        self.began, self.acknowledged = [], set()


class Flusher(Writer):
    """Keeps flushes running, so that kills fall into them as well."""

    def connect(self):
        StatementWriter.connect(self)

    def write(self, _batch):
        self.cursor.execute("FLUSH")
        time.sleep(0.05)


WRITERS = {"http1": LineProtocolWriter, "http2": LineProtocolWriter, "single": StatementWriter, "many": TransactionWriter}


def check_writer(cursor, name, log, failures):
    table, key = ("event", "writer") if name.startswith("http") else ("ledger", "writer")
    cursor.execute(f"SELECT batch, count(*), sum(n) FROM {table} WHERE {key} = %s GROUP BY batch", (name,))
    found = {int(batch): (int(count), int(total)) for batch, count, total in cursor.fetchall()}
    whole = (BATCH_ROWS, BATCH_ROWS * (BATCH_ROWS - 1) // 2)
    for batch in sorted(log.acknowledged - found.keys()):
        failures.append(f"{name}: batch {batch} was acknowledged and is lost")
    for batch, rows in found.items():
        if rows != whole:
            failures.append(f"{name}: batch {batch} has {rows[0]} rows, sum {rows[1]}; expected {whole}")
    for batch in sorted(found.keys() - set(log.began)):
        failures.append(f"{name}: batch {batch} was never written")
    if name == "many":
        cursor.execute("SELECT value FROM counter WHERE writer = %s", (name,))
        value = cursor.fetchone()
        if (value[0] if value else 0) != max(found, default=0):
            failures.append(f"the counter says {value}, the last batch is {max(found, default=0)}")
    return len(found)


def run_round(server, logs, duration):
    server.killed = False
    threads = [kind(server, name, logs[name]) for name, kind in WRITERS.items()] + [Flusher(server, "flush", BatchLog())]
    for thread in threads:
        thread.start()
    time.sleep(duration)
    server.killed = True
    server.kill()
    for thread in threads:
        thread.join(timeout=90)
    return [f"{thread.name_}: {thread.problem!r}" for thread in threads if thread.problem or thread.is_alive()]


def main():
    program = sys.argv[1]
    seed = int(os.environ.get("TIDEMARK_SEED", random.randrange(1 << 32)))
    choice = random.Random(seed)
    print(f"seed {seed}, {ROUNDS} rounds")
    with tempfile.TemporaryDirectory(prefix="tidemark-crash-") as scratch:
        server = ServerProcess(program, scratch + "/data")
        server.start()
        with psycopg2.connect(server.conninfo()) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE ledger (writer text, batch int, n int, PRIMARY KEY (writer, batch, n))")
            cursor.execute("CREATE TABLE counter (writer text PRIMARY KEY, value int)")
        connection.close()
        logs = {name: BatchLog() for name in WRITERS}
        failures = []
        for round_number in range(1, ROUNDS + 1):
            failures += run_round(server, logs, choice.uniform(0.3, 2.5))
            began = time.monotonic()
            server.start()
            recovery_ms = 1000 * (time.monotonic() - began)
            connection = psycopg2.connect(server.conninfo())
            connection.autocommit = True
            counts = [check_writer(connection.cursor(), name, log, failures) for name, log in logs.items()]
            connection.close()
            print(f"round {round_number}: {sum(counts)} batches there, "
                  f"{sum(len(log.acknowledged) for log in logs.values())} acknowledged, ready after {recovery_ms:.0f} ms", flush=True)
            if failures:
                break
            # A kill right after a restart meets recovery's own work.
            if choice.random() < 0.3:
                server.kill()
                server.start()
        server.stop()
        if not all(log.acknowledged for log in logs.values()):
            failures.append("a writer had nothing acknowledged: this run shows nothing")
        check = subprocess.run([program, "check", server.folder], capture_output=True, text=True)
        if check.returncode != 0:
            failures.append("tidemark check: " + check.stdout + check.stderr)
        if failures:
            print("\n".join(failures[:50]), server.log_tail(), sep="\n")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
