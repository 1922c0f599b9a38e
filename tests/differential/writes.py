"""Sessions of writes: INSERT, ON CONFLICT, UPDATE, DELETE with RETURNING, in transactions with savepoints, and what the table then holds."""

from queries import KEYS, TABLES, QueryGenerator, Scope, plain_value, table_definition

MAINTENANCE = ["FLUSH", "CHECKPOINT", "COMPACT {table}", "FLUSH {table}"]  # Ours alone; must change no answer.


class WriteSession:
    """Makes one statement after the other; tables are small, so that keys meet."""

    def __init__(self, random, number):
        self.random = random
        self.tables = {f"w{number}_{name}": name for name in ("metrics", "accounts", "events")}
        self.in_transaction = False
        self.savepoints = 0

    def definitions(self):
        return [table_definition(name, table_of) for name, table_of in self.tables.items()]

    def drops(self):
        return [f"DROP TABLE {name}" for name in self.tables]

    def end(self):
        return ["ROLLBACK"] if self.in_transaction else []

    def maintenance(self):
        table = self.random.choice(list(self.tables))
        return None if self.in_transaction or self.random.random() > 0.15 else self.random.choice(MAINTENANCE).format(table=table)

    def statement(self):
        random = self.random
        pick = random.random()
        if pick < 0.16:
            return self.transaction_control()
        table = random.choice(list(self.tables))
        kind = self.tables[table]
        if pick < 0.3:
            return f"SELECT * FROM {table} ORDER BY {', '.join(TABLES[kind])}"
        if pick < 0.65:
            return self.insert(table, kind)
        return self.update(table, kind) if pick < 0.85 else self.delete(table, kind)

    def transaction_control(self):
        random = self.random
        if not self.in_transaction:
            self.in_transaction = True
            self.savepoints = 0
            return random.choice(["BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ"])
        pick = random.random()
        if pick < 0.3:
            self.savepoints += 1
            return f"SAVEPOINT s{random.randint(1, 2)}"
        if pick < 0.5 and self.savepoints:
            return f"ROLLBACK TO s{random.randint(1, 2)}"
        if pick < 0.55 and self.savepoints:
            return f"RELEASE s{random.randint(1, 2)}"
        self.in_transaction = False
        return random.choice(["COMMIT", "COMMIT", "ROLLBACK"])

    def key_value(self, column, type_name):
        random = self.random
        if column == "id":
            return str(random.randint(1, 12))
        if column in ("host", "region"):
            return f"'{random.choice(['a', 'b', 'c'])}'" if random.random() < 0.97 else "NULL"
        return f"'2024-01-0{random.randint(1, 3)} 0{random.randint(0, 2)}:00:00+00'"

    def row(self, kind, columns):
        key = KEYS[kind].split(", ")
        return "(" + ", ".join(self.key_value(column, TABLES[kind][column]) if column in key else
                               "DEFAULT" if self.random.random() < 0.03 else plain_value(self.random, TABLES[kind][column])
                               for column in columns) + ")"

    def returning(self, kind, prefix=""):
        if self.random.random() < 0.5:
            return ""
        return " RETURNING " + self.random.choice(["*", ", ".join(prefix + column for column in list(TABLES[kind])[:3])])

    def insert(self, table, kind):
        random = self.random
        columns = list(TABLES[kind])
        if random.random() < 0.3:
            key = [column for column in KEYS[kind].split(", ") if column]
            columns = key + random.sample([c for c in columns if c not in key], 1)
        rows = ", ".join(self.row(kind, columns) for _ in range(random.choice([1, 1, 2, 4])))
        source = f"VALUES {rows}"
        if random.random() < 0.12 and "DEFAULT" not in source:
            same = [name for name, other in self.tables.items() if other == kind]
            source = f"SELECT {', '.join(columns)} FROM {same[0]} ORDER BY {', '.join(TABLES[kind])} LIMIT {random.randint(1, 4)}"
        conflict = ""
        if random.random() < 0.55 and KEYS[kind]:
            rest = [column for column in TABLES[kind] if column not in KEYS[kind].split(", ")]
            changed = random.choice(rest)
            conflict = random.choice([
                " ON CONFLICT DO NOTHING",
                f" ON CONFLICT ({KEYS[kind]}) DO NOTHING",
                f" ON CONFLICT ({KEYS[kind]}) DO UPDATE SET {changed} = excluded.{changed}",
                f" ON CONFLICT ({KEYS[kind]}) DO UPDATE SET {changed} = COALESCE({table}.{changed}, excluded.{changed}) "
                f"WHERE {table}.{rest[0]} IS DISTINCT FROM excluded.{rest[0]}",
            ])
        return f"INSERT INTO {table} ({', '.join(columns)}) {source}{conflict}{self.returning(kind)}"

    def where(self, table, kind):
        generator = QueryGenerator(self.random, {name: TABLES[other] for name, other in self.tables.items()})
        scope = Scope([(f"{table}.{column}", type_name) for column, type_name in TABLES[kind].items()], [])
        return f" WHERE {generator.condition(scope, 1)}" if self.random.random() < 0.9 else ""

    def update(self, table, kind):
        random = self.random
        generator = QueryGenerator(random)
        scope = Scope([(f"{table}.{column}", type_name) for column, type_name in TABLES[kind].items()], [])
        key = KEYS[kind].split(", ")
        rest = [column for column in TABLES[kind] if column not in key]
        changed = random.sample(rest, random.randint(1, min(2, len(rest))))
        sets = [f"{column} = {plain_value(random, TABLES[kind][column])}" if random.random() < 0.5 else
                f"{column} = {generator.value(TABLES[kind][column], scope, 0)}" for column in changed]
        if random.random() < 0.12 and KEYS[kind]:
            sets.append(f"{key[-1]} = {self.key_value(key[-1], TABLES[kind][key[-1]])}")
        if random.random() < 0.15 and kind != "accounts":
            accounts = next(name for name, other in self.tables.items() if other == "accounts")
            column = "hits" if kind == "metrics" else "size"
            return (f"UPDATE {table} SET {column} = a.id FROM {accounts} a WHERE {table}.{column} = a.id"
                    f" AND a.balance IS NOT NULL")
        return f"UPDATE {table} SET {', '.join(sets)}{self.where(table, kind)}{self.returning(kind)}"

    def delete(self, table, kind):
        random = self.random
        if random.random() < 0.2 and kind == "events":
            accounts = next(name for name, other in self.tables.items() if other == "accounts")
            return f"DELETE FROM {table} USING {accounts} a WHERE {table}.size = a.id AND a.owner > 0"
        where = self.where(table, kind)
        if not where or random.random() < 0.5:
            column, type_name = random.choice(list(TABLES[kind].items()))
            where = f" WHERE {column} = {plain_value(random, type_name, 0)}"
        return f"DELETE FROM {table}{where}{self.returning(kind)}"
