"""sqlsmith's queries, made from our own catalog, against a server: sqlsmith.py PROGRAM [--queries N] [--seed N]

Each may be answered or refused. An internal error (XX000), a broken connection, a server that ends, or a statement that outlives its
timeout by far is a bug, and is printed. Ends with counts of SQLSTATEs.
"""

import argparse
import collections
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from server_process import SKIPPED, ServerProcess  # noqa: E402

try:
    import psycopg2
except ImportError:
    psycopg2 = None
if psycopg2 is None or not shutil.which("sqlsmith"):
    print("skipped: sqlsmith or python3-psycopg2 is not installed")
    sys.exit(SKIPPED)

STATEMENT_SECONDS = 1
LATE_SECONDS = 3  # A statement that ends later than this does not look for its timeout often enough.

TABLES = """
CREATE TABLE metrics (host text, time timestamptz, usage float8, hits int8, PRIMARY KEY (host, time));
CREATE TABLE accounts (id int PRIMARY KEY, name varchar(20), balance numeric, since date, doc jsonb);
CREATE TABLE facts (b boolean, i int2, f float4, ts timestamp, iv interval, t time, u uuid, ia int[], ta text[], raw bytea);
INSERT INTO metrics SELECT 'host' || i % 5, timestamptz '2024-01-01Z' + i * interval '1 minute', i / 7.0, i * i FROM generate_series(1, 200) i;
INSERT INTO accounts SELECT i, 'name ' || i, i * 1.25, date '2024-01-01' + i, jsonb_build_object('i', i) FROM generate_series(1, 50) i;
INSERT INTO facts SELECT i % 2 = 0, i, i / 3.0, timestamp '2024-01-01' + i * interval '1 hour', i * interval '1 minute', time '10:00',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', ARRAY[i, i + 1], ARRAY['a', 'b' || i], '\\x00ff' FROM generate_series(1, 50) i;
"""


class Tally:
    def __init__(self, conninfo):
        self.conninfo = conninfo
        self.codes = collections.Counter()
        self.bad = []
        self.connect()

    def connect(self):
        self.connection = psycopg2.connect(self.conninfo)
        self.connection.autocommit = True
        self.connection.cursor().execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")

    def run(self, sql):
        began = time.monotonic()
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(sql)
            code = "ok"
        except psycopg2.Error as error:
            code = error.pgcode or "lost"
            if code in ("lost", "XX000", "XX001"):
                self.bad.append(f"{code} {str(error).strip()}\n{sql};")
            if code == "lost":
                self.connect()
        self.codes[code] += 1
        if time.monotonic() - began > LATE_SECONDS:
            self.bad.append(f"took {time.monotonic() - began:.1f} s\n{sql};")


def generated(conninfo, queries, seed):
    command = ["sqlsmith", f"--target={conninfo}", "--dry-run", f"--max-queries={queries}", f"--seed={seed}"]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    if output.returncode != 0:
        raise RuntimeError(f"sqlsmith does not start: {output.stderr}")
    return [query for query in output.stdout.split(";\n") if query.strip()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sqlsmith-") as folder:
        server = ServerProcess(options.program, os.path.join(folder, "data"))
        server.start()
        try:
            tally = Tally(server.conninfo())
            tally.run(TABLES)
            for query in generated(server.conninfo(), options.queries, options.seed):
                tally.run(query)
        finally:
            alive = server.process.poll() is None
            if alive:
                server.stop()
    for problem in tally.bad:
        print(problem)
    print(f"seed {options.seed}: {dict(tally.codes.most_common())}; {len(tally.bad)} bad, server {'alive' if alive else 'gone'}")
    sys.exit(0 if alive and not tally.bad else 1)


if __name__ == "__main__":
    main()
