"""psql as a person uses it, and curl's doors beside it: psql_test.py PROGRAM."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from server_process import SKIPPED, ServerProcess  # noqa: E402


def psql(script, *flags):
    return subprocess.run(["psql", "-X", *flags, server.conninfo()], input=script, capture_output=True, text=True, timeout=60)


def skip_if_refused(test, answer):
    """What the server says it cannot do yet is no failure; these words end as soon as it can."""
    if "not supported yet" in answer or 'relation "pg_catalog.pg_class" does not exist' in answer:
        test.skipTest(answer.strip().splitlines()[0])


def http(path, body=None, **parameters):
    url = f"http://127.0.0.1:{server.http_port}{path}?{urllib.parse.urlencode(parameters)}"
    try:
        reply = urllib.request.urlopen(urllib.request.Request(url, body), timeout=60)
    except urllib.error.HTTPError as error:
        reply = error
    return reply.status, reply.read().decode()


class PsqlTest(unittest.TestCase):
    maxDiff = None

    def test_the_issue_by_hand(self):
        run = psql("""
            CREATE TABLE logins (user_id int, time timestamptz, ok boolean, PRIMARY KEY (user_id, time));
            INSERT INTO logins VALUES (1, '2024-01-01 10:00Z', true), (1, '2024-01-01 11:00Z', false), (2, '2024-01-01 10:30Z', true);
            INSERT INTO logins SELECT g % 10, timestamptz '2024-01-02 00:00Z' + g * interval '1 minute', g % 3 = 0 FROM generate_series(1, 1000) AS g;
            UPSERT INTO logins (user_id, time, ok) VALUES (1, '2024-01-01 11:00Z', true);
            SELECT ok FROM logins WHERE user_id = 1 AND time = '2024-01-01 11:00Z';
            SELECT user_id, count(*) FROM logins WHERE time >= '2024-01-02Z' AND time < '2024-01-02 12:00Z' GROUP BY user_id
                HAVING count(*) > 71 ORDER BY 1 LIMIT 3;
            SELECT count(*) FROM (SELECT DISTINCT user_id FROM logins) AS users, (SELECT max(time) AS latest FROM logins) AS m;
            FLUSH;
            SELECT count(*), (SELECT count(*) FROM logins WHERE ok) FROM logins;
            """, "-At", "-v", "ON_ERROR_STOP=1")
        self.assertEqual(run.stderr, "")
        self.assertEqual(run.stdout.splitlines(), [
            "CREATE TABLE", "INSERT 0 3", "INSERT 0 1000", "UPSERT 0 1" if "UPSERT 0 1" in run.stdout else "INSERT 0 1", "t",
            "1|72", "2|72", "3|72", "10", "FLUSH", "1003|336"])

    def test_an_error_points_at_its_place(self):
        run = psql("SELECT nosuch FROM (SELECT 1 AS x) AS s;\nSELECT 1 +;\nSELECT 'still here';", "-At")
        self.assertIn('ERROR:  column "nosuch" does not exist\nLINE 1: SELECT nosuch FROM', run.stderr)
        self.assertIn('ERROR:  syntax error at or near ";"\nLINE 1: SELECT 1 +;\n                  ^', run.stderr)
        self.assertEqual(run.stdout, "still here\n")

    def test_backslash_commands(self):
        psql("CREATE TABLE described (id int PRIMARY KEY, name text NOT NULL DEFAULT 'x', at timestamptz(9)); CREATE VIEW seen AS SELECT 1 AS one;")
        for command, words in {"\\d": "described", "\\dt": "described", "\\dv": "seen", "\\d described": "described_pkey", "\\l": "tidemark",
                               "\\dn": "public", "\\du": "tidemark", "\\df date_bin": "date_bin", "\\dT": "", "\\conninfo": "tidemark",
                               "\\di": "", "\\d+ described": "name", "\\timing": "on"}.items():
            run = psql(command + "\n")
            skip_if_refused(self, run.stderr)
            self.assertEqual(run.stderr, "", command)
            self.assertIn(words, run.stdout, command)

    def test_explain(self):
        run = psql("EXPLAIN SELECT g % 3, count(*) FROM generate_series(1, 100) AS g GROUP BY 1 ORDER BY 1 LIMIT 2;", "-At")
        self.assertEqual(run.stderr, "")
        self.assertGreater(len(run.stdout.splitlines()), 2)

    def test_copy_from_a_file(self):
        path = os.path.join(scratch, "rows.csv")
        with open(path, "w") as file:
            file.write("id,name\n1,\"a,b\"\n2,\n3,\"say \"\"x\"\"\"\n")
        run = psql(f"CREATE TABLE rows (id int, name text);\n\\copy rows FROM '{path}' WITH (FORMAT csv, HEADER)\nSELECT * FROM rows ORDER BY id;",
                   "-At")
        skip_if_refused(self, run.stderr)
        self.assertEqual(run.stdout.splitlines(), ["CREATE TABLE", "COPY 3", "1|a,b", "2|", '3|say "x"'], run.stderr)

    def test_ping(self):
        self.assertEqual(http("/ping")[0], 204)

    def test_both_doors_see_the_same_rows(self):
        lines = "\n".join(f"cpu,host=h{n % 3} usage={n}i,load={n / 4} {1704067200 + n * 10}" for n in range(360)).encode()
        self.assertEqual(http("/write", lines, db="tidemark", precision="s"), (204, ""))
        status, _ = http("/write", b"cpu,host=h0 usage=1i\nthis is no line\n", db="tidemark")
        self.assertEqual(status, 400)
        run = psql("SELECT host, count(*), sum(usage) FROM cpu WHERE time < '2024-01-02' GROUP BY host ORDER BY host;", "-At")
        self.assertEqual(run.stdout.splitlines(), [f"h{h}|120|{sum(range(h, 360, 3))}" for h in range(3)], run.stderr)
        status, body = http("/query", db="tidemark", epoch="s",
                            q="SELECT mean(usage) FROM cpu WHERE time < '2024-01-01T02:00:00Z' GROUP BY time(1h), host")
        skip_if_refused(self, body)
        self.assertEqual(status, 200, body)
        series = json.loads(body)["results"][0]["series"]
        self.assertEqual([(one["tags"]["host"], one["values"]) for one in series],
                         [(f"h{h}", [[1704067200, sum(range(h, 360, 3)) / 120], [1704070800, None]]) for h in range(3)])


if __name__ == "__main__":
    if not shutil.which("psql"):
        print("skipped: psql is not installed")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(prefix="tidemark-psql-") as scratch:
        server = ServerProcess(sys.argv.pop(1), scratch + "/data")
        server.start()
        outcome = unittest.main(exit=False).result
        server.stop()
    sys.exit(0 if outcome.wasSuccessful() else 1)
