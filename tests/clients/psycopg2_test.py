"""psycopg2 with bound parameters: psycopg2_test.py PROGRAM. (psycopg2 puts them into the text: the simple protocol.)"""

import datetime
import decimal
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from server_process import SKIPPED, ServerProcess  # noqa: E402

try:
    import psycopg2
    import psycopg2.errors
    import psycopg2.extras
except ImportError:
    print("skipped: python3-psycopg2 is not installed")
    sys.exit(SKIPPED)

UTC = datetime.timezone.utc


class Psycopg2Test(unittest.TestCase):
    def setUp(self):
        self.connection = psycopg2.connect(server.conninfo())
        self.cursor = self.connection.cursor()

    def tearDown(self):
        self.connection.close()

    def answer(self, sql, parameters=None):
        self.cursor.execute(sql, parameters)
        return self.cursor.fetchall()

    def test_each_type_goes_in_and_comes_back(self):
        self.cursor.execute("""CREATE TABLE kinds (b boolean, i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision, n numeric(20, 5),
            t text, by bytea, d date, ti time, ts timestamp, tz timestamptz, iv interval, u uuid)""")
        row = (True, -32768, 2147483647, -(1 << 63), 0.5, 0.1, decimal.Decimal("123456789012345.67891"), "naïve 'quoted' \\ %s\n日本",
               b"\x00\xff'\\", datetime.date(2024, 2, 29), datetime.time(23, 59, 59, 999999), datetime.datetime(2024, 2, 29, 12, 30, 1, 5),
               datetime.datetime(2024, 2, 29, 12, 30, 1, 5, UTC), datetime.timedelta(days=3, seconds=7, microseconds=9),
               "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
        marks = ", ".join(["%s"] * len(row))
        self.cursor.execute(f"INSERT INTO kinds VALUES ({marks})", row)
        self.cursor.execute(f"INSERT INTO kinds VALUES ({marks})", (None,) * len(row))
        self.connection.commit()
        (found, nulls) = self.answer("SELECT * FROM kinds ORDER BY b NULLS LAST")
        self.assertEqual(tuple(bytes(value) if isinstance(value, memoryview) else value for value in found), row)
        self.assertEqual(nulls, (None,) * len(row))
        for column, value in zip(("i8", "n", "t", "by", "d", "ts", "tz", "iv", "u"), (row[i] for i in (3, 6, 7, 8, 9, 11, 12, 13, 14))):
            self.assertEqual(self.answer(f"SELECT count(*) FROM kinds WHERE {column} = %s", (value,)), [(1,)], column)

    def test_bound_parameters_in_a_time_range_query(self):
        self.cursor.execute("CREATE TABLE logins (user_id int, time timestamptz, n int, PRIMARY KEY (user_id, time))")
        start = datetime.datetime(2024, 1, 1, tzinfo=UTC)
        rows = [(user, start + datetime.timedelta(minutes=minute), minute) for user in range(5) for minute in range(100)]
        psycopg2.extras.execute_values(self.cursor, "INSERT INTO logins VALUES %s", rows)
        self.connection.commit()
        hour = datetime.timedelta(hours=1)
        self.assertEqual(self.answer("SELECT user_id, count(*), sum(n) FROM logins WHERE time >= %s AND time < %s AND user_id = ANY(%s) "
                                     "GROUP BY user_id HAVING count(*) > %s ORDER BY user_id LIMIT %s", (start, start + hour, [1, 3], 10, 2)),
                         [(1, 60, 1770), (3, 60, 1770)])
        self.assertEqual(self.answer("SELECT count(*) FROM logins WHERE (user_id, n) IN %s", (((1, 2), (2, 3), (9, 9)),)), [(2,)])

    def test_a_transaction_is_rolled_back_and_the_connection_lives_on(self):
        self.cursor.execute("CREATE TABLE keyed (id int PRIMARY KEY)")
        self.cursor.execute("INSERT INTO keyed VALUES (%s)", (1,))
        self.connection.commit()
        self.cursor.execute("INSERT INTO keyed VALUES (%s)", (2,))
        with self.assertRaises(psycopg2.errors.UniqueViolation) as caught:
            self.cursor.execute("INSERT INTO keyed VALUES (%s)", (1,))
        self.assertEqual(caught.exception.pgcode, "23505")
        self.assertEqual(caught.exception.diag.constraint_name, "keyed_pkey")
        with self.assertRaises(psycopg2.errors.InFailedSqlTransaction):
            self.cursor.execute("SELECT 1")
        self.connection.rollback()
        self.assertEqual(self.answer("SELECT id FROM keyed"), [(1,)])

    def test_errors_say_where(self):
        with self.assertRaises(psycopg2.errors.SyntaxError) as caught:
            self.cursor.execute("SELECT 1 FRM x y")
        self.assertIn('syntax error at or near "', str(caught.exception))
        self.assertIsNotNone(caught.exception.diag.statement_position)

    def test_copy_in_and_out(self):
        import io
        self.cursor.execute("CREATE TABLE copied (id int PRIMARY KEY, t text)")
        try:
            self.cursor.copy_expert("COPY copied FROM STDIN", io.StringIO("1\ta\n2\t\\N\n3\ttab\\there\n"))
        except psycopg2.errors.FeatureNotSupported as refusal:
            self.skipTest(str(refusal))
        self.assertEqual(self.answer("SELECT * FROM copied ORDER BY id"), [(1, "a"), (2, None), (3, "tab\there")])
        target = io.StringIO()
        self.cursor.copy_expert("COPY (SELECT * FROM copied ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)", target)
        self.assertEqual(target.getvalue(), "id,t\n1,a\n2,\n3,tab\there\n")

    def test_copy_keeps_texts_whether_few_or_many_differ(self):
        import io
        # 70,000 rows: several of the server's batches. One column of few texts, one of few at first and then many, one of
        # all different ones, each with NULLs and empty texts.
        def texts(row):
            few = [None, "", "left", "right"][row % 4]
            later = few if row < 40000 else f"text {row % 5000}"
            return row, few, later, None if row % 1000 == 7 else f"só {row}"
        rows = [texts(row) for row in range(70000)]
        lines = "".join("\t".join("\\N" if cell is None else str(cell) for cell in row) + "\n" for row in rows)
        self.cursor.execute("CREATE TABLE texts (id int PRIMARY KEY, few text, later text, many text)")
        self.cursor.copy_expert("COPY texts FROM STDIN", io.StringIO(lines))
        self.assertEqual(self.answer("SELECT * FROM texts ORDER BY id"), rows)

    def test_a_named_cursor_reads_in_steps(self):
        with self.connection.cursor("steps") as steps:
            steps.itersize = 100
            steps.execute("SELECT g FROM generate_series(1, %s) AS g", (1000,))
            self.assertEqual(sum(row[0] for row in steps), 500500)

    def test_cancel_stops_a_statement(self):
        import threading
        timer = threading.Timer(0.3, self.connection.cancel)
        timer.start()
        with self.assertRaises(psycopg2.errors.QueryCanceled):
            self.cursor.execute("SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b")
        timer.join()
        self.connection.rollback()
        self.assertEqual(self.answer("SELECT 1"), [(1,)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="tidemark-psycopg2-") as scratch:
        server = ServerProcess(sys.argv.pop(1), scratch + "/data")
        server.start()
        outcome = unittest.main(exit=False).result
        server.stop()
    sys.exit(0 if outcome.wasSuccessful() else 1)
