"""Seeded statements, run by Tidemark and by PostgreSQL 15, whose answers must agree: see README.md.

    differential_test.py PROGRAM [--seed N] [--statements N] [--kinds expressions,queries,writes] [--keep-going] …
"""

import argparse
import os
import random
import re
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import postgres_cluster  # noqa: E402
from server_process import SKIPPED, ServerProcess  # noqa: E402

if not postgres_cluster.is_installed():
    print("skipped: postgresql-15 is not installed")
    sys.exit(SKIPPED)
try:
    import psycopg2
except ImportError:
    print("skipped: python3-psycopg2 is not installed")
    sys.exit(SKIPPED)

from comparison import Server, difference  # noqa: E402
from documented import explanation  # noqa: E402
from expressions import ExpressionGenerator  # noqa: E402
from queries import TABLES, QueryGenerator, table_definition, table_rows  # noqa: E402
from signatures import Signatures  # noqa: E402
from values import TEXTS, literal  # noqa: E402
from writes import WriteSession  # noqa: E402

BLOCK = 100  # statements that share a seed, and for expressions their session's settings
STATEMENT_SECONDS_MAX = 5  # of PostgreSQL; ours may take longer where a build or another test runs beside it
OUR_FACTOR = 6
ZONES = ["UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]
SETTINGS = {"DateStyle": ["ISO, MDY", "ISO, DMY", "SQL, DMY", "Postgres, MDY", "German, DMY"], "extra_float_digits": ["1", "0"],
            "IntervalStyle": ["postgres", "postgres", "iso_8601", "sql_standard", "postgres_verbose"], "bytea_output": ["hex", "escape"]}


class Statement:
    def __init__(self, sql, ordered=False, several_rows=False, may_spare=False, equals_merge=False, parts=()):
        self.sql = sql
        self.ordered = ordered  # by all of its columns
        self.several_rows = several_rows  # and may fail on any of them
        self.may_spare = may_spare  # an expression, where it need not be computed
        self.equals_merge = equals_merge  # which of equal values with different texts is shown is open
        self.parts = parts


class Run:
    def __init__(self, options, ours, theirs):
        self.options, self.ours, self.theirs = options, ours, theirs
        self.signatures = Signatures(ours, theirs)
        self.count, self.failed, self.slow = 0, 0, 0
        self.unexplained, self.explained = [], {}

    # One block of statements of a kind. A block depends on nothing but the seed and its number.

    def block(self, number):
        chance = random.Random(f"{self.options.seed}/{number}")
        kind = chance.choice(self.options.kinds)
        for server, seconds in ((self.ours, OUR_FACTOR * STATEMENT_SECONDS_MAX), (self.theirs, STATEMENT_SECONDS_MAX)):
            server.run("RESET ALL")
            server.run(f"SET statement_timeout = '{seconds}s'")
        getattr(self, kind)(chance, number)

    def expressions(self, chance, number):
        settings = {name: chance.choice(values) for name, values in SETTINGS.items()} if chance.random() < 0.3 else {}
        settings["TimeZone"] = chance.choice(ZONES)
        for name, value in settings.items():
            for server in (self.ours, self.theirs):
                server.run(f"SET {name} = '{value}'")
        columns = [(f"c{i}", type_name) for i, type_name in enumerate(TEXTS)]
        over_rows = chance.random() < 0.4
        if over_rows:
            self.value_table(chance, columns)
        for _ in range(BLOCK):
            generator = ExpressionGenerator(chance, self.signatures, columns if over_rows else ())
            text = generator.expression(generator.any_type())
            if over_rows:
                self.check(Statement(f"SELECT id, {text} AS value FROM everything", several_rows=True))
            else:
                self.check(Statement(f"SELECT {text} AS value", parts=[f"SELECT {part} AS value" for part in generator.parts]))

    def value_table(self, chance, columns):
        """Rows of constants of every type, as stored columns."""
        types = ", ".join(f"{name} {'varchar' if t == 'varchar' else 'char(5)' if t == 'bpchar' else 'bit(3)' if t == 'bit' else t}"
                          for name, t in columns)
        statements = ["DROP TABLE IF EXISTS everything", f"CREATE TABLE everything (id int PRIMARY KEY, {types})"]
        for row in range(12):
            values = [literal(chance, type_name, 0.15) if type_name != "bit" else chance.choice(["B'101'", "B'000'", "NULL"])
                      for _, type_name in columns]
            values = [re.sub(r"::char\(\d\)|::numeric\(.*\)$|::varchar\(\d\)", "", value) for value in values]
            statements.append(f"INSERT INTO everything VALUES ({row}, {', '.join(values)})")
        for sql in statements:
            self.check(Statement(sql))
        if chance.random() < 0.5:
            self.ours.run("FLUSH")

    def queries(self, chance, number):
        for name in TABLES:
            statements = [f"DROP TABLE IF EXISTS {name}", table_definition(name, name), *table_rows(chance, name, name)]
            for sql in statements:
                self.check(Statement(sql))
            if chance.random() < 0.5:
                self.ours.run(f"FLUSH {name}")
        for _ in range(BLOCK):
            sql, ordered = QueryGenerator(chance).statement()
            self.check(Statement(sql, ordered=ordered, equals_merge=True))

    def writes(self, chance, number):
        session = WriteSession(chance, number)
        for sql in session.definitions():
            self.check(Statement(sql))
        for _ in range(BLOCK):
            maintenance = session.maintenance()
            if maintenance:
                answer = self.ours.run(maintenance)
                if answer.sqlstate:
                    self.report(Statement(maintenance), "maintenance failed", answer, "")
            self.check(Statement(session.statement(), several_rows=True))
        for sql in session.end() + session.drops():
            self.check(Statement(sql))

    def check(self, statement):
        if self.options.verbose:
            print(statement.sql + ";", flush=True)
        theirs = self.theirs.run(statement.sql)
        if theirs.sqlstate == "57014":
            self.slow += 1
            return
        ours = self.ours.run(statement.sql)
        self.count += 1
        self.failed += theirs.sqlstate != ""
        what = difference(statement, ours, theirs)
        if what:
            for part in sorted(set(statement.parts), key=len):  # The shortest part that differs says it best.
                ours_part, theirs_part = self.ours.run(part), self.theirs.run(part)
                what_part = difference(Statement(part), ours_part, theirs_part)
                if what_part:
                    statement, ours, theirs, what = Statement(part), ours_part, theirs_part, what_part
                    break
            self.report(statement, what, ours, theirs)

    def report(self, statement, what, ours, theirs):
        reason = explanation(statement.sql, ours, theirs)
        if reason:
            self.explained[reason] = self.explained.get(reason, 0) + 1
            return
        self.unexplained.append(statement.sql)
        print(f"DIFFERENT {what}\n  {statement.sql};\n  Tidemark:   {ours}\n  PostgreSQL: {theirs}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", default="tidemark")
    parser.add_argument("--first-block", type=int, default=0)
    parser.add_argument("--statements", type=int, default=3000)
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=["expressions", "queries", "writes"])
    parser.add_argument("--missing", action="store_true", help="list what PostgreSQL's catalog has over our types and ours has not")
    parser.add_argument("--verbose", action="store_true", help="print each statement before it runs")
    options = parser.parse_args()

    began = time.monotonic()
    cluster = postgres_cluster.PostgresCluster()
    with tempfile.TemporaryDirectory(prefix="differential-") as folder:
        server = ServerProcess(options.program, os.path.join(folder, "data"))
        cluster.start()
        server.start()
        try:
            run = Run(options, Server("Tidemark", server.conninfo()), Server("PostgreSQL", cluster.conninfo()))
            number = options.first_block
            while run.count < options.statements:
                run.block(number)
                number += 1
        except psycopg2.OperationalError:
            print(f"the server is gone:\n{server.log_tail()}")
            raise
        finally:
            if server.process.poll() is None:
                server.stop()
            cluster.stop()
    if options.missing:
        for signature in run.signatures.missing:
            print(f"missing: {signature.form} {signature.name} {signature.arguments} → {signature.result}")
    for reason, count in sorted(run.explained.items()):
        print(f"documented: {count} × {reason}")
    print(f"seed {options.seed}, blocks {options.first_block}-{number - 1}: {run.count} statements ({run.failed} of them errors on both sides), "
          f"{len(run.unexplained)} unexplained differences, {sum(run.explained.values())} documented, {run.slow} too slow for PostgreSQL; "
          f"{time.monotonic() - began:.0f} s")
    sys.exit(1 if run.unexplained else 0)


if __name__ == "__main__":
    main()
