"""Queries over tables: joins, aggregates, windows, subqueries, set operations, CTEs. Their expressions cannot fail, so that both
servers must give rows, in whatever order they evaluate."""

import re

# Tables that queries read. `key` are columns that together name a row. Floats are few-bit fractions: their sums are exact in any order.
TABLES = {
    "facts": {"id": "int4", "i2": "int2", "i4": "int4", "i8": "int8", "f8": "float8", "n": "numeric", "b": "bool", "t": "text", "d": "date",
              "ts": "timestamp", "tz": "timestamptz", "iv": "interval", "ia": "int4[]", "ta": "text[]"},
    "metrics": {"host": "text", "region": "text", "time": "timestamptz", "usage": "float8", "hits": "int8"},
    "accounts": {"id": "int4", "name": "varchar", "owner": "int4", "balance": "numeric", "since": "date"},
    "events": {"who": "int4", "what": "text", "at": "timestamp", "size": "int4"},
}
KEYS = {"facts": "id", "metrics": "host, region, time", "accounts": "id", "events": ""}
ROWS = {"facts": 120, "metrics": 200, "accounts": 40, "events": 80}
NAMES = {"int2": "smallint", "int4": "int", "int8": "bigint", "float8": "double precision", "bool": "boolean", "varchar": "varchar(20)",
         "numeric": "numeric(14,3)"}

PLACE = re.compile(r"\{(?!same)(any|[a-z0-9]+(?:\[\])?)\}")  # where a template wants a column of a type
COLUMN = re.compile(r"\b[lq]\d+\.")
WORDS = ["alpha", "beta", "gamma", "Delta", "", "zeta", "omega one", "ünï"]


def table_definition(name, table_of):
    columns = ", ".join(f"{column} {NAMES.get(type_name, type_name)}" for column, type_name in TABLES[table_of].items())
    key = f", PRIMARY KEY ({KEYS[table_of]})" if KEYS[table_of] else ""
    return f"CREATE TABLE {name} ({columns}{key})"


def plain_value(random, type_name, nulls=0.1):
    """A value that sums, windows and joins can meet: small, repeated, without infinities."""
    if random.random() < nulls:
        return "NULL"
    number = random.randint(-20, 20)
    day = f"2024-{random.randint(1, 3):02}-{random.randint(1, 28):02}"
    moment = f"{day} {random.randint(0, 23):02}:{random.choice([0, 15, 30, 59]):02}:00"
    return {
        "int2": str(number), "int4": str(number), "int8": str(number * random.choice([1, 1000000007])),
        "float8": str(number / 4), "numeric": f"{number}.{random.choice(['0', '25', '125', '500'])}",
        "bool": random.choice(["true", "false"]), "text": f"'{random.choice(WORDS)}'", "varchar": f"'{random.choice(WORDS)}'",
        "date": f"'{day}'", "timestamp": f"'{moment}'", "timestamptz": f"'{moment}+00'",
        "interval": f"'{number} hours {random.randint(0, 3)} days'", "int4[]": f"'{{{number},{random.randint(0, 3)},NULL}}'",
        "text[]": f"'{{{random.choice(['a', 'b', 'c,d'])!r}}}'".replace("'c,d'", '"c,d"').replace("'a'", "a").replace("'b'", "b"),
    }[type_name]


def table_rows(random, name, table_of):
    """INSERT statements that fill the table."""
    key = [column.strip() for column in KEYS[table_of].split(",") if column]
    seen, rows = set(), []
    for number in range(ROWS[table_of]):
        values = {column: plain_value(random, type_name, 0 if column in key else 0.1) for column, type_name in TABLES[table_of].items()}
        if "id" in values:
            values["id"] = str(number)
        if "owner" in values and random.random() < 0.8:
            values["owner"] = str(random.randint(0, ROWS["accounts"]))
        identity = tuple(values[column] for column in key) or number
        if identity not in seen:
            seen.add(identity)
            rows.append(f"({', '.join(values.values())})")
    return [f"INSERT INTO {name} VALUES {', '.join(rows[first:first + 100])}" for first in range(0, len(rows), 100)]


NUMBERS = ("int2", "int4", "int8", "float8", "numeric")
ORDERED = ("int2", "int4", "int8", "float8", "numeric", "bool", "text", "varchar", "date", "timestamp", "timestamptz", "interval")


class QueryGenerator:
    """Makes one query; `scopes` are the columns in sight, innermost last."""

    def __init__(self, random, tables=None):
        self.random = random
        self.tables = dict(tables or {name: columns for name, columns in TABLES.items()})
        self.next_name = 0
        self.ctes = {}

    def name(self, prefix):
        self.next_name += 1
        return f"{prefix}{self.next_name}"

    def statement(self):
        random = self.random
        text = ""
        if random.random() < 0.25:
            text = self.with_clause()
        body, columns = self.query(2, [])
        order = ", ".join(f"{i + 1}{random.choice(['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'])}" for i in range(len(columns)))
        if random.random() < 0.4:
            return f"{text}{body}", False
        limit = random.choice(["", "", f" LIMIT {random.randint(0, 20)}", f" LIMIT {random.randint(1, 5)} OFFSET {random.randint(0, 9)}",
                               f" FETCH FIRST {random.randint(1, 9)} ROWS ONLY", f" FETCH FIRST {random.randint(1, 5)} ROWS WITH TIES"])
        if " TIES" in limit and re.search(r"(max|min)\(", body):
            limit = ""  # PostgreSQL 15 takes the extreme from a subquery of its own, to which it gives the WITH TIES.
        return f"{text}{body} ORDER BY {order}{limit}", True

    def with_clause(self):
        definitions = []
        for _ in range(self.random.randint(1, 2)):
            name = self.name("w")
            body, columns = self.query(1, [])
            definitions.append(f"{name} AS {self.random.choice(['', '', 'MATERIALIZED ', 'NOT MATERIALIZED '])}({body})")
            self.ctes[name] = dict(columns)
        if self.random.random() < 0.3:
            name = self.name("r")
            definitions.append(f"{name}(n, s) AS (SELECT {self.random.randint(-2, 2)}, 'x'::text UNION {self.random.choice(['', 'ALL '])}"
                               f"SELECT n + {self.random.randint(1, 3)}, s || n FROM {name} WHERE n < {self.random.randint(3, 12)})")
            self.ctes[name] = {"n": "int4", "s": "text"}
            return f"WITH RECURSIVE {', '.join(definitions)} "
        return f"WITH {', '.join(definitions)} "

    # A query without its ORDER BY, and its columns as (name, type).

    def query(self, depth, outer, types=None):
        if depth > 0 and self.random.random() < 0.15:
            left, columns = self.select(depth - 1, outer, types)
            right, _ = self.query(depth - 1, outer, [type_name for _, type_name in columns])
            word = self.random.choice(["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"])
            return f"({left}) {word} ({right})", columns
        return self.select(depth, outer, types)

    def select(self, depth, outer, types=None):
        random = self.random
        tables, sight = self.from_clause(depth, outer)
        scope = Scope(sight, outer)
        where = f" WHERE {self.condition(scope, depth)}" if random.random() < 0.6 else ""
        shape = random.random()
        if shape < 0.35:
            return self.grouped(tables, where, scope, depth, types)
        wanted = types or [random.choice(ORDERED + ("int4[]",)) for _ in range(random.randint(1, 5))]
        items = []
        for type_name in wanted:
            use_window = shape > 0.8 and type_name in ("int8", "numeric", "float8", "int4", "text")
            text = self.window(type_name, scope) if use_window else self.value(type_name, scope, depth)
            items.append((text, self.name("c"), type_name))
        distinct = "DISTINCT " if random.random() < 0.12 else ""
        listed = ", ".join(f"{text} AS {name}" for text, name, _ in items)
        return f"SELECT {distinct}{listed} FROM {tables}{where}", [(name, type_name) for _, name, type_name in items]

    def grouped(self, tables, where, scope, depth, types):
        random = self.random
        groups = []
        for _ in range(random.choice([0, 1, 1, 2, 3])):
            type_name = random.choice(["text", "int4", "bool", "date", "timestamptz", "timestamp", "int8"])
            groups.append((self.value(type_name, scope.own(), 0), type_name))
        by_type = {}
        for text, type_name in groups:
            by_type.setdefault(type_name, []).append(text)
        wanted = types or [type_name for _, type_name in groups] + [random.choice(["int8", "numeric", "float8", "text", "bool", "int4", "date",
                                                                                   "int4[]"]) for _ in range(random.randint(1, 3))]
        items = []
        for type_name in wanted:
            choices = by_type.get(type_name)
            text = random.choice(choices) if choices and random.random() < 0.6 else self.aggregate(type_name, scope)
            items.append((text, self.name("c"), type_name))
        clause = ""
        if groups:
            texts = [f"({text})" for text, _ in groups]
            form = random.random()
            if form < 0.7:
                clause = " GROUP BY " + ", ".join(texts)
            elif not all(COLUMN.search(text) for text in texts):  # PostgreSQL 15 takes a constant for one even where a set leaves it out.
                clause = " GROUP BY " + ", ".join(texts)
            elif form < 0.8:
                clause = f" GROUP BY ROLLUP ({', '.join(texts)})"
            elif form < 0.9:
                clause = f" GROUP BY CUBE ({', '.join(texts)})"
            else:
                clause = f" GROUP BY GROUPING SETS (({', '.join(texts)}), ({texts[0]}), ())"
        having = f" HAVING {self.aggregate('int8', scope)} {random.choice(['>', '<', '<>'])} {random.randint(0, 9)}" if random.random() < 0.25 else ""
        listed = ", ".join(f"{text} AS {name}" for text, name, _ in items)
        return f"SELECT {listed} FROM {tables}{where}{clause}{having}", [(name, type_name) for _, name, type_name in items]

    def from_clause(self, depth, outer):
        random = self.random
        text, sight = self.source(depth, outer)
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            if random.random() < 0.12:
                name, type_name = self.name("l"), random.choice(["int8", "text", "numeric"])
                body = self.scalar_subquery(type_name, Scope(sight, outer), 1)[1:-1]
                text += random.choice([f" CROSS JOIN LATERAL ({body}) {name}", f" LEFT JOIN LATERAL ({body}) {name} ON true"])
                sight = sight + [(f"{name}.c", type_name)]
                continue
            kind = random.choice(["JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
            right, added = self.source(max(depth - 1, 0), outer)
            equal = self.equality(sight, added)
            if equal is None and kind == "FULL JOIN":  # PostgreSQL needs an equality for it.
                text += f" CROSS JOIN {right}"
            else:
                condition = equal or self.condition(Scope(sight + added, []), 0)
                if kind != "FULL JOIN" and random.random() < 0.3:
                    condition += f" AND {self.condition(Scope(sight + added, []), 0)}"
                text += f" {kind} {right} ON {condition}"
            sight = sight + added
        return text, sight

    def equality(self, left, right):
        pairs = [(a, b) for a, type_a in left for b, type_b in right if type_a == type_b and type_a in ("int4", "text", "date", "int8", "varchar")]
        if not pairs:
            return None
        a, b = self.random.choice(pairs)
        return f"{a} = {b}"

    def source(self, depth, outer):
        random = self.random
        pick = random.random()
        name = self.name("q")
        if pick < 0.15 and self.ctes:
            cte = random.choice(list(self.ctes))
            return f"{cte} AS {name}", [(f"{name}.{column}", type_name) for column, type_name in self.ctes[cte].items()]
        if pick < 0.3 and depth > 0:
            body, columns = self.query(depth - 1, [])
            return f"({body}) AS {name}", [(f"{name}.{column}", type_name) for column, type_name in columns]
        if pick < 0.38:
            first, last = random.randint(-3, 3), random.randint(2, 9)
            return f"generate_series({first}, {last}) AS {name}(g)", [(f"{name}.g", "int4")]
        if pick < 0.45:
            rows = ", ".join(f"({plain_value(random, 'int4', 0.2)}::int, {plain_value(random, 'text', 0.2)}::text)" for _ in range(random.randint(1, 5)))
            return f"(VALUES {rows}) AS {name}(a, b)", [(f"{name}.a", "int4"), (f"{name}.b", "text")]
        table = random.choice(list(self.tables))
        return f"{table} AS {name}", [(f"{name}.{column}", type_name) for column, type_name in self.tables[table].items()]

    # Expressions.

    def value(self, type_name, scope, depth):
        random = self.random
        columns = scope.columns(type_name)
        pick = random.random()
        if depth > 0 and pick < 0.12 and type_name in ("int8", "numeric", "float8", "text", "int4", "date"):
            return self.scalar_subquery(type_name, scope, depth)
        if pick < 0.6 and columns:
            return random.choice(columns)
        made = self.made_value(type_name, scope, depth)
        return made or (random.choice(columns) if columns else self.constant(type_name))

    def constant(self, type_name):
        return f"{plain_value(self.random, type_name, 0.05)}::{NAMES.get(type_name, type_name)}"

    def made_value(self, type_name, scope, depth):
        """A computation that gives the type and cannot fail on plain values."""
        def column(wanted):
            names = scope.columns(wanted)
            return self.random.choice(names) if names else self.constant(wanted)

        forms = {
            "int2": ["{int2}", "COALESCE({int2}, 3::int2)"],
            "int4": ["{int4} % 7", "length({text})", "COALESCE({int4}, {int2})", "abs({int4}) / 3", "EXTRACT(dow FROM {date})::int", "array_length({int4[]}, 1)",
                     "({int4[]})[1]", "{date} - date '2024-01-01'", "strpos({text}, 'a')", "CASE WHEN {bool} THEN {int4} ELSE {int2} END",
                     "NULLIF({int4}, {int4})"],
            "int8": ["{int8} + {int4}", "{int4}::int8 * {int4}", "{int8} / 3", "(- {int8})", "GREATEST({int8}, {int4})", "({int8} & 255) | 3",
                     "floor(EXTRACT(epoch FROM {timestamptz}) / 3600)::int8"],
            "float8": ["{float8} * 2", "{float8} + {int4}", "abs({float8})", "floor({float8})", "COALESCE({float8}, 0)", "{float8} - 0.25"],
            "numeric": ["{numeric} + {int8}", "{numeric} * 2.50", "round({numeric}, 1)", "{numeric} / 8", "trunc({numeric})", "{int4} * 1.5",
                        "EXTRACT(epoch FROM {interval})"],
            "bool": ["{int4} > {int2}", "{bool}", "{text} LIKE '%a'", "{float8} IS NULL", "NOT {bool}", "{int4[]} @> ARRAY[1]"],
            "text": ["upper({text})", "{text} || {varchar}", "substr({text}, 2, 3)", "COALESCE({text}, 'none')", "{int4}::text", "left({text}, 2)",
                     "CASE {int4} WHEN 1 THEN 'one' WHEN 2 THEN {text} END", "to_char({date}, 'Mon YYYY')", "array_to_string({text[]}, '/')",
                     "lpad({text}, 6, '.')", "md5({text})"],
            "varchar": ["{varchar}", "{text}::varchar(4)"],
            "date": ["{date} + 3", "{timestamp}::date", "LEAST({date}, date '2024-02-10')", "({date} + interval '1 month')::date"],
            "timestamp": ["date_trunc('day', {timestamp})", "{timestamp} + interval '1 hour'", "{date} + time '10:00'", "{date}::timestamp",
                          "date_bin('6 hours', {timestamp}, timestamp '2024-01-01')"],
            "timestamptz": ["date_trunc('hour', {timestamptz})", "date_bin('1 day', {timestamptz}, timestamptz '2024-01-01 00:00:00+00')",
                            "{timestamptz} - {interval}"],
            "interval": ["{timestamp} - {timestamp}", "{interval} * 2", "{interval} + interval '1 day'", "justify_hours({interval})"],
            "int4[]": ["{int4[]} || {int4}", "ARRAY[{int4}, 7]", "array_append({int4[]}, {int4})", "({int4[]})[1:2]"],
            "text[]": ["{text[]} || {text}", "string_to_array({text}, 'a')"],
        }[type_name]
        return f"({PLACE.sub(lambda found: column(found[1]), self.random.choice(forms))})"

    def condition(self, scope, depth):
        random = self.random
        pick = random.random()
        if pick < 0.25:
            word = random.choice(["AND", "OR"])
            return f"({self.condition(scope, max(depth - 1, 0))} {word} {self.condition(scope, 0)})"
        if depth > 0 and pick < 0.45:
            return self.subquery_condition(scope, depth)
        type_name = random.choice(["int4", "int8", "text", "date", "timestamptz", "numeric", "float8", "bool", "timestamp", "varchar"])
        left = self.value(type_name, scope, 0)
        if pick < 0.55:
            return f"{left} IS {random.choice(['', 'NOT '])}NULL"
        if pick < 0.62:
            return f"{left} IN ({', '.join(self.constant(type_name) for _ in range(random.randint(1, 4)))})"
        if pick < 0.7:
            return f"{left} BETWEEN {self.constant(type_name)} AND {self.constant(type_name)}"
        if pick < 0.75:
            return f"NOT ({self.condition(scope, 0)})"
        if pick < 0.8:
            return f"{left} IS {random.choice(['', 'NOT '])}DISTINCT FROM {self.value(type_name, scope, 0)}"
        right = self.constant(type_name) if random.random() < 0.7 else self.value(type_name, scope, 0)
        return f"{left} {random.choice(['=', '<', '>', '<=', '>=', '<>'])} {right}"

    def subquery_condition(self, scope, depth):
        random = self.random
        type_name = random.choice(["int4", "text", "int8", "date"])
        body, _ = self.query(depth - 1, scope.all_levels(), [type_name])
        form = random.random()
        if form < 0.4:
            return f"{random.choice(['', 'NOT '])}EXISTS ({body})"
        left = self.value(type_name, scope, 0)
        if form < 0.8:
            return f"{left} {random.choice(['IN', 'NOT IN'])} ({body})"
        return f"{left} {random.choice(['<', '=', '>=', '<>'])} {random.choice(['ANY', 'ALL'])} ({body})"

    def scalar_subquery(self, type_name, scope, depth):
        tables, sight = self.from_clause(0, scope.all_levels())
        inner = Scope(sight, scope.all_levels())
        where = f" WHERE {self.condition(inner, depth - 1)}" if self.random.random() < 0.8 else ""
        return f"(SELECT {self.aggregate(type_name, inner)} AS c FROM {tables}{where})"

    def aggregate(self, type_name, scope):
        """Over the query's own columns: one over outer columns alone would belong to the outer query."""
        random = self.random
        own = scope.own()
        forms = {
            "int8": ["count(*)", "count({any})", "count(DISTINCT {any})", "sum({int4})", "sum({int2})", "max({int8})", "min({int8})", "bit_or({int8})",
                     "regr_count({float8}, {float8})"],
            "int4": ["max({int4})", "min({int4})", "bit_and({int4})", "bit_xor({int4})", "mode() WITHIN GROUP (ORDER BY {int4})",
                     "percentile_disc(0.4) WITHIN GROUP (ORDER BY {int4})"],
            "int2": ["max({int2})", "min({int2})"],
            "numeric": ["sum({int8})", "avg({int4})", "sum({numeric})", "avg({numeric})", "max({numeric})", "variance({int4})", "stddev_pop({int8})",
                        "avg(DISTINCT {int4})", "var_samp({numeric})", "sum(DISTINCT {numeric})"],
            "float8": ["sum({float8})", "avg({float8})", "min({float8})", "stddev({float8})", "corr({float8}, {int4})", "covar_pop({float8}, {int4})",
                       "percentile_cont(0.25) WITHIN GROUP (ORDER BY {float8})", "regr_slope({float8}, {int4})", "var_pop({float8})"],
            "text": ["min({text})", "max({text})", "string_agg(DISTINCT {text}, ',')", "string_agg({text}, '' ORDER BY {same} DESC)",
                     "array_agg({int4} ORDER BY {same})::text", "jsonb_agg({int4} ORDER BY {same})::text", "mode() WITHIN GROUP (ORDER BY {text})"],
            "varchar": ["max({text})::varchar(9)"],
            "bool": ["bool_and({bool})", "bool_or({bool})", "every({bool})", "count(*) > 3"],
            "date": ["min({date})", "max({date})"],
            "timestamp": ["min({timestamp})", "max({timestamp})"],
            "timestamptz": ["min({timestamptz})", "max({timestamptz})"],
            "interval": ["sum({interval})", "avg({interval})", "max({interval})"],
            "int4[]": ["array_agg({int4} ORDER BY {same} DESC)", "array_agg(DISTINCT {int4})", "max({int4[]})"],
            "text[]": ["array_agg({text} ORDER BY {same})"],
        }[type_name]
        for _ in range(4):
            form = random.choice(forms)
            if not all(wanted == "any" or own.columns(wanted) for wanted in PLACE.findall(form)):
                continue
            text = PLACE.sub(lambda found: random.choice(own.names() if found[1] == "any" else own.columns(found[1])), form)
            text = text.replace("{same}", re.split("[(, ]", text)[1])
            if text.endswith(")") and random.random() < 0.15:
                text += f" FILTER (WHERE {self.condition(own, 0)})"
            return text
        return {"int8": "count(*)", "bool": "count(*) > 1", "text": "count(*)::text", "numeric": "count(*)::numeric"}.get(
            type_name, f"max({self.constant(type_name)})")

    def window(self, type_name, scope):
        random = self.random
        total = ", ".join(scope.own().names())
        partition = f"PARTITION BY {self.value(random.choice(['text', 'int4', 'bool', 'date']), scope, 0)} " if random.random() < 0.7 else ""
        frame = random.choice(["", "", "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                               "GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING EXCLUDE CURRENT ROW",
                               "RANGE UNBOUNDED PRECEDING EXCLUDE TIES", "ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING EXCLUDE GROUP"])
        order = f"ORDER BY {total}"
        ranged = scope.own().columns(random.choice(["int4", "numeric", "int8", "date", "timestamptz"]))
        call = self.aggregate(type_name, scope)
        plain = "DISTINCT" not in call and "WITHIN" not in call and "ORDER" not in call and "::" not in call and ">" not in call
        calls = {
            "int8": ["row_number()", "rank()", "dense_rank()"], "int4": ["ntile(3)"], "float8": ["percent_rank()", "cume_dist()"],
            "text": [], "numeric": []}[type_name]
        columns = scope.own().columns(type_name)
        if columns:
            one = random.choice(columns)
            calls += [f"lag({one})", f"lead({one}, 2)", f"first_value({one})", f"last_value({one})", f"nth_value({one}, 2)", f"lag({one}, 1, {one})"]
        if plain:
            calls.append(call)
            if ranged and random.random() < 0.3:
                offset = "interval '2 days'" if "date" in ranged[0] or "time" in ranged[0] or ".d" in ranged[0] or ".t" in ranged[0] else "3"
                if not (offset == "3" and any(part in ranged[0] for part in (".since", ".at"))):
                    order = f"ORDER BY {ranged[0]}{random.choice(['', ' DESC'])}"
                    frame = f"RANGE BETWEEN {offset} PRECEDING AND {random.choice(['CURRENT ROW', offset + ' FOLLOWING'])}"
                    return f"{call} OVER ({partition}{order} {frame})"
        if not calls:
            return self.value(type_name, scope, 0)
        return f"{random.choice(calls)} OVER ({partition}{order} {frame})"


class Scope:
    def __init__(self, sight, outer):
        self.sight = sight
        self.outer = outer

    def own(self):
        return Scope(self.sight, [])

    def all_levels(self):
        return self.outer + [self.sight]

    def names(self):
        return [name for name, _ in self.sight]

    def columns(self, type_name):
        own = [name for name, one in self.sight if one == type_name]
        outer = [name for level in self.outer for name, one in level if one == type_name]
        return own * 2 + outer  # Outer columns now and then.
