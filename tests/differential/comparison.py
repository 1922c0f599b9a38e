"""Runs one statement on both servers and says in which way the answers differ."""

import math
import re

import psycopg2
import psycopg2.extensions

FLOAT_OIDS = {700, 701}
INTERVAL_OID = 1186
TOLERANCE = 1e-9  # of aggregates over floats: the order of additions is each server's own


class Answer:
    """What a statement gave: columns and rows as text, or a SQLSTATE."""

    def __init__(self):
        self.sqlstate = ""
        self.message = ""
        self.columns = None  # (name, type oid) each
        self.rows = None
        self.tag = ""

    def __str__(self):
        if self.sqlstate:
            return f"{self.sqlstate} {self.message}"
        if self.columns is None:
            return self.tag
        shown = "\n    ".join(str(row) for row in self.rows[:8])
        return f"{self.columns} {len(self.rows)} rows\n    {shown}"


class Server:
    """A session whose values come as the text that the server sent. If it is lost, the answer is `lost`, and a new one begins."""

    def __init__(self, name, conninfo):
        self.name = name
        self.conninfo = conninfo
        self.connect()

    def connect(self):
        self.connection = psycopg2.connect(self.conninfo)
        self.connection.autocommit = True
        raw = psycopg2.extensions.new_type(tuple(psycopg2.extensions.string_types), "RAW", lambda value, cursor: value)
        psycopg2.extensions.register_type(raw, self.connection)

    def run(self, sql):
        answer = Answer()
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(sql)
                answer.tag = cursor.statusmessage
                if cursor.description is not None:
                    answer.columns = [(column.name, column.type_code) for column in cursor.description]
                    answer.rows = cursor.fetchall()
        except psycopg2.Error as error:
            answer.sqlstate = error.pgcode or "lost"
            answer.message = (error.diag.message_primary or str(error)).strip()
            if error.pgcode is None and not is_alive(self.connection):
                self.connect()
        return answer


def is_alive(connection):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except psycopg2.Error:
        return False


def difference(statement, ours, theirs):
    """Empty if the answers agree as far as the statement determines them."""
    if ours.sqlstate or theirs.sqlstate:
        if ours.sqlstate == theirs.sqlstate:
            return ""
        # Which of two bad rows or columns is met first, and whether a filter spares it, is nobody's promise.
        classes = {ours.sqlstate[:2], theirs.sqlstate[:2]}
        if statement.several_rows and classes <= {"21", "22", "23"} or statement.may_spare and classes <= {"", "21", "22", "23"}:
            return ""
        return "SQLSTATE"
    if ours.columns is None or theirs.columns is None:
        return "" if ours.columns == theirs.columns and ours.tag == theirs.tag else "tag"
    if [name for name, _ in ours.columns] != [name for name, _ in theirs.columns]:
        return "column names"
    if [oid for _, oid in ours.columns] != [oid for _, oid in theirs.columns]:
        return "column types"
    if len(ours.rows) != len(theirs.rows):
        return "number of rows"
    left, right = ours.rows, theirs.rows
    if left == right:
        return ""
    if statement.equals_merge:
        left, right = (with_plain_intervals(rows, ours.columns) for rows in (left, right))
    if not statement.ordered:
        left, right = sorted(left, key=sort_key), sorted(right, key=sort_key)
    same = all(same_row(a, b, ours.columns) for a, b in zip(left, right))
    return "" if same else "rows"


def with_plain_intervals(rows, columns):
    """DISTINCT and its like keep any one of `1 day` and `24:00:00`, which are equal."""
    places = [i for i, (_, oid) in enumerate(columns) if oid == INTERVAL_OID]
    return [tuple(plain_interval(value) if i in places else value for i, value in enumerate(row)) for row in rows] if places else rows


def plain_interval(text):
    if text is None:
        return None
    seconds = 0.0
    for count, unit in re.findall(r"(-?\d+) (day|mon|year)s?", text):
        seconds += int(count) * 86400 * {"day": 1, "mon": 30, "year": 360}[unit]
    clock = re.search(r"(-?)(\d+):(\d+):([\d.]+)", text)
    if clock:
        seconds += (int(clock[2]) * 3600 + int(clock[3]) * 60 + float(clock[4])) * (-1 if clock[1] else 1)
    return str(seconds)


def sort_key(row):
    return [rounded(value) for value in row]


def rounded(value):
    """Texts of floats that are as good as equal sort at one place."""
    if value is not None and re.fullmatch(r"-?\d+(\.\d+)?(e[-+]\d+)?", value):
        return f"{float(value):.6g}" + ("" if "." in value else " " + value)
    return "\0" if value is None else value


def same_row(left, right, columns):
    return all(a == b or (oid in FLOAT_OIDS and close(a, b)) for a, b, (_, oid) in zip(left, right, columns))


def close(left, right):
    if left is None or right is None:
        return False
    a, b = float(left), float(right)
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-12)
