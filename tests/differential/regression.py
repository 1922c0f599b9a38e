"""Runs psql scripts, such as PostgreSQL's own regression tests, on a PostgreSQL 15 and on our server, statement by statement: see README.md.

    regression.py PROGRAM --sources postgresql-15.18 [-v] [--causes] [file …]
"""

import argparse
import collections
import io
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
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

from comparison import Answer, Server, difference, is_alive  # noqa: E402
from psql_script import Script, set_argument, substituted  # noqa: E402

STATEMENT_SECONDS_MAX = 10
LOST_SECONDS = 20  # A server that has not answered by then is killed.
# What pg_regress sets before it runs its files.
SETTINGS = {"DateStyle": "Postgres,MDY", "TimeZone": "PST8PDT", "IntervalStyle": "postgres_verbose", "statement_timeout": f"{STATEMENT_SECONDS_MAX}s"}
FIRST_USER_OID = 16384

# Kinds of files, by what a database for time series is used for.
FILES = {
    "types": """boolean char name varchar text int2 int4 int8 oid float4 float8 bit numeric uuid enum money rangetypes strings numerology
        date time timetz timestamp timestamptz interval inet macaddr macaddr8 multirangetypes horology tstypes regex unicode xid pg_lsn
        txid arrays json jsonb json_encoding jsonpath jsonpath_encoding jsonb_jsonpath domain rowtypes numeric_big""",
    "queries": """comments expressions select select_into select_distinct select_distinct_on select_implicit select_having subselect
        union case join aggregates random portals portals_p2 groupingsets window with limit tsrf rangefuncs prepare plancache
        polymorphism tablesample tidscan tidrangescan tid incremental_sort equivclass tuplesort hash_func btree_index hash_index
        select_views tsearch collate misc_functions sysviews guc explain bitmapops functional_deps""",
    "changes": """copy copyselect copydml copy2 insert insert_conflict create_misc create_table create_type create_schema create_index
        create_view index_including constraints drop_if_exists errors update delete namespace transactions truncate alter_table sequence
        returning merge generated identity create_table_like matview temp foreign_key combocid fast_default vacuum lock async
        updatable_views misc cluster create_function_sql regproc mvcc advisory_lock typed_table""",
}

# What the project leaves out, by the statement's words.
OUT_OF_SCOPE = re.compile(
    r"\blanguage\s+'?(plpgsql|c|internal|plperl)\b|\btrigger\b|\b(create|alter|drop)(\s+or\s+replace)?\s+rule\b|\bdo\s+(also|instead)\b|"
    r"\b(role|user|group)\s+\"?regress|^(grant|revoke|reassign|security)\b|\bsession\s+authorization\b|default\s+privileges|\bowner\s+to\b|"
    r"\bpartition\s+(of|by\s+(range|list|hash))\b|\b(at|de)tach\s+partition\b|\boperator\s+(class|family)\b|^(create|alter|drop|comment\s+on)\s+"
    r"(operator|publication|subscription|tablespace|foreign|server|access\s+method|conversion|event|statistics|policy|transform)\b|"
    r"\bfdw\b|\b(point|lseg|box|path|polygon|circle|line|xml)\b|\bxml\w+\(|^do\b|^(prepare\s+transaction|(commit|rollback)\s+prepared)\b|"
    r"\bpg_(relation|total|table|database|indexes|tablespace)\w*size\b|\binherits\b|\binherit\b|row\s+level\s+security|replica\s+identity|"
    r"^create\s+type\s+[\w.\"]+\s*($|\()|\b(ctid|xmin|xmax|cmin|cmax)\b|\binstead\s+of\b|\busing\s+(gist|brin|spgist|gin|heap2)\b|_tbl\s+using\b|\bset\s+storage\b|\bset\s+compression\b|^load\b|large_?object|\blo_\w+",
    re.IGNORECASE)
CREATION = re.compile(
    r"^(?:create|alter)\s+(?:or\s+replace\s+)?(?:global\s+|local\s+)?(?:temp(?:orary)?\s+)?(?:unlogged\s+)?(?:recursive\s+)?(?:unique\s+)?"
    r"(?:constraint\s+)?(?:default\s+)?(?:materialized\s+)?(table|view|type|domain|function|procedure|aggregate|sequence|index|schema|role|"
    r"user|operator|trigger|rule|collation|cast|policy|text\s+search\s+\w+)\s+"
    r"(?:concurrently\s+)?(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?((?:\"[^\"]+\"|[\w.]+))|"
    r"^(?:prepare|declare)\s+(\w+)|^select\b.*?\binto\s+(?:temp\s+|temporary\s+|unlogged\s+)?(?:table\s+)?(\w+)|"
    r"^(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into|copy|truncate(?:\s+table)?)\s+([\w.]+)", re.IGNORECASE | re.DOTALL)


class Statement:
    several_rows = may_spare = equals_merge = False

    def __init__(self, sql):
        self.sql = sql
        self.ordered = "order by" in outside_parentheses(sql.lower())


class ScriptServer(Server):
    """A session in which a script runs, with the variables that its answers set."""

    def __init__(self, name, conninfo, sources):
        self.environment = {"PG_ABS_SRCDIR": os.path.join(sources, "src/test/regress"), "PG_LIBDIR": "/nonexistent",
                            "PG_DLSUFFIX": ".so", "PG_ABS_BUILDDIR": tempfile.gettempdir()}
        self.variables = {}
        settings = " ".join(f"-c {setting}={value}" for setting, value in SETTINGS.items())
        super().__init__(name, f"{conninfo} options='{settings}'")

    def connect(self):
        super().connect()
        self.run("RESET DateStyle")  # psycopg2 sets another one

    def run_piece(self, sql, copy_data):
        """`copy_data` is called if the server asks for COPY's data."""
        sql = substituted(sql, self.variables)
        if not re.search(r"^copy\b.*\b(from\s+stdin|to\s+stdout)", outside_parentheses(sql), re.IGNORECASE | re.DOTALL):
            return self.run(sql)
        answer, data = Answer(), CopyData(copy_data) if re.search(r"from\s+stdin", sql, re.IGNORECASE) else io.StringIO()
        try:
            with self.connection.cursor() as cursor:
                cursor.copy_expert(sql, data)
                answer.tag = cursor.statusmessage
                if isinstance(data, io.StringIO):
                    answer.columns, answer.rows = [], [(line,) for line in data.getvalue().splitlines()]
        except (psycopg2.Error, UnicodeError) as error:
            answer.sqlstate = getattr(error, "pgcode", None) or "lost"
            answer.message = str(error).split("\n")[0]
            if answer.sqlstate == "lost" and not is_alive(self.connection):
                self.connect()
        return answer


class CopyData:
    def __init__(self, data):
        self.data = data
        self.stream = None

    def read(self, size):
        if self.stream is None:
            self.stream = io.StringIO(self.data())
        return self.stream.read(size)


class FileRun:
    """One script on both servers. `counts` says how its statements fared, `differences` which differed and how."""

    def __init__(self, text, ours, theirs, kill_ours, missing=()):
        self.script, self.ours, self.theirs, self.kill_ours = Script(text), ours, theirs, kill_ours
        self.counts = collections.Counter()
        self.differences = []
        self.missing = dict(missing)  # names of what our side could not make, each with whether it is out of scope
        self.branches = []  # of each open \if, whether a branch was taken

    def run(self):
        while True:
            piece = self.script.next()
            if piece is None or piece.command in ("q", "quit"):
                return
            if not piece.sql:
                self.meta_command(piece)
            elif piece.command == "gdesc" or re.search(r"\bcopy\b.*;|;.*\bcopy\b", without_strings(piece.sql), re.IGNORECASE | re.DOTALL):
                continue  # psycopg2 cannot run a COPY among other statements of a message.
            else:
                self.statement(piece)

    def meta_command(self, piece):
        if piece.command == "set":
            for server in (self.ours, self.theirs):
                name, value = set_argument(piece.argument, server.variables)
                server.variables[name] = value
        elif piece.command == "getenv":
            name, variable = piece.argument.split()
            for server in (self.ours, self.theirs):
                server.variables[name] = server.environment[variable]
        elif piece.command in ("c", "connect"):
            for server in (self.ours, self.theirs):
                server.connection.close()
                server.connect()
        elif piece.command == "if":
            self.branches.append(False)
            self.branch(piece)
        elif piece.command in ("elif", "else"):
            while piece is not None and piece.command != "endif":  # The branch before was taken.
                piece = self.script.skip_branch()
            self.branches.pop()
        elif piece.command == "endif":
            self.branches.pop()

    def branch(self, piece):
        while piece is not None and piece.command != "endif":
            if piece.command == "else" or substituted(piece.argument, self.theirs.variables).lower() in ("t", "true", "1", "on", "yes"):
                return
            piece = self.script.skip_branch()
        self.branches.pop()

    def statement(self, piece):
        copied = []

        def from_script():
            copied.append(self.script.copy_data())
            return copied[0]

        theirs = self.theirs.run_piece(piece.sql, from_script)
        watchdog = threading.Timer(LOST_SECONDS, self.kill_ours)
        watchdog.start()
        try:
            ours = self.ours.run_piece(piece.sql, lambda: copied[0] if copied else "")
        finally:
            watchdog.cancel()
        self.judge(piece, ours, theirs)
        if piece.command == "gset":
            for server, answer in ((self.ours, ours), (self.theirs, theirs)):
                if answer.rows and len(answer.rows) == 1:
                    server.variables.update({piece.argument + name: value for (name, _), value in zip(answer.columns, answer.rows[0])
                                             if value is not None})
        if piece.command == "gexec":
            for row in theirs.rows or []:
                for cell in row:
                    if cell:
                        self.judge(piece, self.ours.run(cell), self.theirs.run(cell), cell)

    def judge(self, piece, ours, theirs, sql=None):
        sql = substituted(sql or piece.sql, self.theirs.variables)
        what = difference_of_scripts(sql, ours, theirs)
        self.counts["statements"] += 1
        if not what:
            self.counts["same"] += 1
            return
        words = {word.lower().strip('"') for word in re.findall(r"\"[^\"]+\"|\w+", sql)}
        causes = [self.missing[word] for word in words if word in self.missing]
        if OUT_OF_SCOPE.search(without_strings(sql)) or "scope" in causes or ours.sqlstate == "25P02" and "scope" in self.missing.values():
            kind = "scope"
        elif what == "plan":
            kind = "plan"
        else:
            kind = "cascade" if causes or ours.sqlstate == "25P02" else "different"
        creation = CREATION.match(sql)
        if creation and ours.sqlstate and not theirs.sqlstate:
            name = next(group for group in creation.groups()[1:] if group).lower().strip('"').split(".")[-1]
            self.missing.setdefault(name, "scope" if kind == "scope" else "cause")
        self.counts[kind] += 1
        self.differences.append({"line": piece.line, "kind": kind, "what": what, "sql": sql, "ours": str(ours), "theirs": str(theirs)})


def difference_of_scripts(sql, ours, theirs):
    """As `difference`, where types that were made in the script have numbers of their own, and plans are each server's own."""
    for answer in (ours, theirs):
        if answer.columns:
            answer.columns = [(name, min(oid, FIRST_USER_OID)) for name, oid in answer.columns]
    what = difference(Statement(sql), ours, theirs)
    if what == "rows" and re.match(r"explain\b", sql, re.IGNORECASE) or what == "number of rows" and re.match(r"explain\b", sql, re.IGNORECASE):
        return "plan"
    if what == "rows" and sorted(map(repr, ours.rows)) == sorted(map(repr, theirs.rows)):
        return "order"
    return what


def without_strings(sql):
    return re.sub(r"'(?:[^']|'')*'", "''", sql)


def outside_parentheses(sql):
    sql = without_strings(sql)
    while True:
        shorter = re.sub(r"\([^()]*\)", "", sql)
        if shorter == sql:
            return sql
        sql = shorter


class Run:
    def __init__(self, options, folder, cluster):
        self.options, self.folder, self.cluster = options, folder, cluster
        self.sql = os.path.join(options.sources, "src/test/regress/sql")
        self.template = os.path.join(folder, "template")
        self.missing = {}  # of what test_setup.sql makes

    def prepare(self):
        """test_setup.sql, on a data folder of ours and in a database of PostgreSQL's that each file gets a copy of."""
        self.on_cluster("CREATE DATABASE tidemark")
        server = ServerProcess(self.options.program, self.template)
        server.start()
        run = self.file("test_setup", server)
        self.missing = run.missing
        server.stop()
        self.on_cluster("ALTER DATABASE tidemark RENAME TO setup")
        return run

    def on_cluster(self, sql):
        connection = psycopg2.connect(self.cluster.conninfo())
        connection.autocommit = True
        connection.cursor().execute(sql)
        connection.close()

    def file(self, name, server):
        path = name if name.endswith(".sql") else os.path.join(self.sql, name + ".sql")
        with open(path, encoding="utf-8", errors="replace") as script:
            text = script.read()
        ours = ScriptServer("Tidemark", server.conninfo(), self.options.sources)
        theirs = ScriptServer("PostgreSQL", self.cluster.conninfo().replace("dbname=postgres", "dbname=tidemark"), self.options.sources)
        run = FileRun(text, ours, theirs, lambda: server.process.send_signal(signal.SIGKILL), self.missing)
        try:
            run.run()
        except psycopg2.OperationalError as error:
            run.differences.append({"line": 0, "kind": "different", "what": "lost", "sql": "", "ours": server.log_tail(), "theirs": str(error)})
        for session in (ours, theirs):
            session.connection.close()
        return run

    def file_by_itself(self, name):
        self.on_cluster("DROP DATABASE IF EXISTS tidemark")
        self.on_cluster("CREATE DATABASE tidemark TEMPLATE setup")
        data = os.path.join(self.folder, "data")
        shutil.copytree(self.template, data)
        server = ServerProcess(self.options.program, data)
        server.start()
        try:
            return self.file(name, server)
        finally:
            server.kill()
            shutil.rmtree(data)


def cause(found):
    """Our error without its names, or what differs."""
    if re.match(r"\w{5} |lost", found["ours"]):
        return re.sub(r"\"[^\"]*\"|\d+", "…", found["ours"].split("\n")[0][:100])
    if re.match(r"\w{5} ", found["theirs"]):
        return "accepted; PostgreSQL: " + re.sub(r"\"[^\"]*\"|\d+", "…", found["theirs"].split("\n")[0][:80])
    return found["what"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("files", nargs="*", help="names of regression files, kinds of them (types, queries, changes), or paths")
    parser.add_argument("--sources", required=True, help="the unpacked sources of PostgreSQL 15")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each difference with both answers")
    parser.add_argument("--all", action="store_true", help="with -v: cascades, plans, and what is out of scope, too")
    parser.add_argument("--causes", action="store_true", help="print what differences are due to, and how many")
    parser.add_argument("--json", help="write all differences to this file")
    options = parser.parse_intermixed_args()
    options.sources = os.path.abspath(options.sources)
    names = [name for asked in options.files or FILES for name in FILES.get(asked, asked).split()]

    began = time.monotonic()
    total, causes, found = collections.Counter(), collections.Counter(), []
    cluster = postgres_cluster.PostgresCluster()
    with tempfile.TemporaryDirectory(prefix="regression-") as folder:
        cluster.start()
        try:
            run = Run(options, folder, cluster)
            setup = run.prepare()
            for name in ["test_setup"] + names:
                result = setup if name == "test_setup" else run.file_by_itself(name)
                print(f"{name}: {summary(result.counts)}", flush=True)
                total += result.counts
                for one in result.differences:
                    found.append({"file": name, **one})
                    causes[cause(one)] += one["kind"] == "different"
                    if options.verbose and (options.all or one["kind"] == "different"):
                        print(f"{one['kind'].upper()} {one['what']} at {name}:{one['line']}\n  {one['sql']};\n"
                              f"  Tidemark:   {one['ours']}\n  PostgreSQL: {one['theirs']}", flush=True)
        finally:
            cluster.stop()
    if options.json:
        with open(options.json, "w") as file:
            json.dump(found, file, indent=1)
    if options.causes:
        for text, count in causes.most_common():
            if count:
                print(f"{count:5} {text}")
    print(f"{summary(total)}; {time.monotonic() - began:.0f} s")


def summary(counts):
    judged = counts["statements"] - counts["scope"] - counts["plan"]
    rest = ", ".join(f"{counts[kind]} {label}" for kind, label in (("different", "different"), ("cascade", "cascades"), ("plan", "other plans"),
                                                                 ("scope", "out of scope")) if counts[kind])
    return f"{100 * counts['same'] / max(judged, 1):.1f} % of {judged} same" + (f" ({rest})" if rest else "")


if __name__ == "__main__":
    main()
