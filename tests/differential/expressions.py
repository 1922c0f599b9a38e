"""Expressions of a wanted type over constants and columns: every function and operator, and SQL's own forms."""

from signatures import BOUNDED, POLYMORPHIC
from values import ELEMENTS, SMALL_INTEGERS, TEXTS, literal

COMPARABLE = [name for name in TEXTS if name not in ("json",)]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "+03", "PST8PDT", "Nowhere/City"]
FIELDS = ["year", "month", "day", "hour", "minute", "second", "epoch", "dow", "isodow", "doy", "week", "isoyear", "quarter", "century",
          "decade", "millennium", "julian", "milliseconds", "microseconds", "timezone"]
TIME_FORMATS = ["YYYY-MM-DD HH24:MI:SS.US", "Day, DD Month YYYY", "FMDay FMDDth FMMonth", "IYYY-IW-ID", "HH12:MI am", "J Q WW CC", "MS TZ OF",
                "Dy Mon FMYY BC", "YYYYth \"quoted\" SSSS", "RM rm Y,YYY"]
NUMBER_FORMATS = ["999.99", "S9,999.9", "FM0000.00", "9.99EEEE", "RN", "$999PR", "MI99V99", "L9G999D99", "0th", "999999999999999"]
PATTERNS = ["a%", "%b_", "", "%", "A__", "a\\%b%", "%\\\\%", "_"]
REGULAR = ["^a", "b$", "[a-c]+", "(x|y)?", "\\\\d+", "l+o", "^$", "a.c", "\\\\mthe\\\\M", "(", "[[:upper:]]", "q.*?k"]


class ExpressionGenerator:
    def __init__(self, random, signatures, columns=(), depth_max=3):
        self.random = random
        self.signatures = signatures
        self.columns = {}  # type -> names
        for name, type_name in columns:
            self.columns.setdefault(type_name, []).append(name)
        self.depth_max = depth_max
        self.parts = []  # every subexpression made, inner ones first: where a difference is, one of them shows it

    def any_type(self):
        return self.random.choice(list(TEXTS))

    def expression(self, type_name, depth=0):
        text = self._expression(type_name, depth)
        self.parts.append(text)
        return text

    def _expression(self, type_name, depth):
        pick = self.random.random()
        if depth >= self.depth_max or pick < 0.15 + 0.12 * depth:
            return self.leaf(type_name)
        if pick < 0.35:
            special = self.special(type_name, depth + 1)
            if special:
                return special
        choices = self.signatures.by_result.get(type_name)
        if not choices:
            return self.leaf(type_name)
        return self.call(self.random.choice(choices), type_name, depth + 1)

    def leaf(self, type_name):
        names = self.columns.get(type_name)
        if names and self.random.random() < 0.75:
            return self.random.choice(names)
        return literal(self.random, type_name)

    def call(self, signature, result, depth):
        arguments = self.arguments(signature, result, depth)
        if signature.form == "operator":
            return f"({arguments[0]} {signature.name} {arguments[1]})"
        if signature.form == "prefix":
            return f"({signature.name} {arguments[0]})"
        if signature.form == "cast":
            return f"({arguments[0]})::{signature.result}" if self.random.random() < 0.5 else f"CAST({arguments[0]} AS {signature.result})"
        name = f'"{signature.name}"' if signature.name in ("overlay", "position", "substring", "char") else signature.name
        return f"pg_catalog.{name}({', '.join(arguments)})"

    def arguments(self, signature, result, depth):
        element = self.random.choice(ELEMENTS)
        if signature.result in POLYMORPHIC:
            element = result[:-2] if result.endswith("[]") else result
        arguments = []
        for name in signature.arguments:
            if name in POLYMORPHIC:
                name = self.any_type() if name == "any" else element + "[]" if "array" in name else element
            if signature.name in BOUNDED and name in ("int4", "int8", "numeric", "float8"):
                arguments.append(f"({self.random.choice(SMALL_INTEGERS)})::{name}")
            elif name == "text" and signature.name in ("to_char", "to_number", "to_date", "to_timestamp") and arguments:
                formats = TIME_FORMATS if "time" in signature.arguments[0] or signature.name in ("to_date", "to_timestamp") else NUMBER_FORMATS
                arguments.append(f"'{self.random.choice(formats)}'")
            elif name == "text" and "interval" not in signature.name and signature.name in ("extract", "date_part", "date_trunc") and not arguments:
                arguments.append(f"'{self.random.choice(FIELDS)}'")
            elif name == "text" and signature.name == "timezone":
                arguments.append(f"'{self.random.choice(ZONES)}'")
            elif name == "text" and ("~" in signature.name or signature.name.startswith("regexp")) and arguments:
                arguments.append(f"E'{self.random.choice(REGULAR)}'")
            else:
                arguments.append(self.expression(name, depth))
        return arguments

    # Forms that no catalog lists.

    def special(self, type_name, depth):
        forms = [self.case, self.coalesce, self.nullif, self.greatest, self.text_cast]
        if type_name == "bool":
            forms += [self.comparison, self.between, self.in_list, self.is_test, self.distinct, self.logic, self.quantified, self.like,
                      self.row_comparison, self.logic, self.overlaps]
        if type_name.endswith("[]"):
            forms += [self.array, self.slice]
        elif type_name + "[]" in TEXTS:
            forms += [self.subscript]
        if type_name == "numeric":
            forms += [self.extract]
        if type_name == "text":
            forms += [self.text_syntax, self.formatted]
        if type_name in ("timestamp", "timestamptz"):
            forms += [self.at_time_zone, self.bucket]
        return self.random.choice(forms)(type_name, depth)

    def condition(self, depth):
        return self.expression("bool", depth)

    def case(self, type_name, depth):
        branches = " ".join(f"WHEN {self.condition(depth)} THEN {self.expression(type_name, depth)}" for _ in range(self.random.randint(1, 2)))
        default = f" ELSE {self.expression(type_name, depth)}" if self.random.random() < 0.7 else ""
        return f"CASE {branches}{default} END"

    def coalesce(self, type_name, depth):
        return f"COALESCE({', '.join(self.expression(type_name, depth) for _ in range(self.random.randint(2, 3)))})"

    def nullif(self, type_name, depth):
        if type_name not in COMPARABLE:
            return None
        return f"NULLIF({self.expression(type_name, depth)}, {self.expression(type_name, depth)})"

    def greatest(self, type_name, depth):
        if type_name not in COMPARABLE:
            return None
        name = self.random.choice(["GREATEST", "LEAST"])
        return f"{name}({', '.join(self.expression(type_name, depth) for _ in range(self.random.randint(1, 3)))})"

    def text_cast(self, type_name, depth):
        """Through text: every type has it both ways."""
        if type_name == "text":
            return f"({self.expression(self.any_type(), depth)})::text"
        return f"({self.expression(type_name, depth)})::text::{type_name}"

    def comparison(self, _, depth):
        type_name = self.random.choice(COMPARABLE)
        operator = self.random.choice(["=", "<>", "<", "<=", ">", ">=", "!="])
        return f"({self.expression(type_name, depth)} {operator} {self.expression(type_name, depth)})"

    def between(self, _, depth):
        type_name = self.random.choice(COMPARABLE)
        low, value, high = (self.expression(type_name, depth) for _ in range(3))
        word = self.random.choice(["BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC"])
        return f"({value} {word} {low} AND {high})"

    def in_list(self, _, depth):
        type_name = self.random.choice(COMPARABLE)
        values = ", ".join(self.expression(type_name, depth + 1) for _ in range(self.random.randint(1, 5)))
        return f"({self.expression(type_name, depth)} {self.random.choice(['IN', 'NOT IN'])} ({values}))"

    def is_test(self, _, depth):
        test = self.random.choice(["TRUE", "NOT TRUE", "FALSE", "NOT FALSE", "UNKNOWN", "NOT UNKNOWN"])
        if self.random.random() < 0.5:
            return f"({self.condition(depth)} IS {test})"
        return f"({self.expression(self.any_type(), depth)} IS {self.random.choice(['NULL', 'NOT NULL'])})"

    def distinct(self, _, depth):
        type_name = self.random.choice(COMPARABLE)
        word = self.random.choice(["IS DISTINCT FROM", "IS NOT DISTINCT FROM"])
        return f"({self.expression(type_name, depth)} {word} {self.expression(type_name, depth)})"

    def logic(self, _, depth):
        pick = self.random.random()
        if pick < 0.2:
            return f"(NOT {self.condition(depth)})"
        return f"({self.condition(depth)} {'AND' if pick < 0.6 else 'OR'} {self.condition(depth)})"

    def quantified(self, _, depth):
        element = self.random.choice(ELEMENTS)
        operator = self.random.choice(["=", "<>", "<", ">="])
        return f"({self.expression(element, depth)} {operator} {self.random.choice(['ANY', 'ALL'])} ({self.expression(element + '[]', depth)}))"

    def like(self, _, depth):
        word = self.random.choice(["LIKE", "NOT LIKE", "ILIKE", "SIMILAR TO", "NOT ILIKE"])
        escape = self.random.choice(["", "", "", " ESCAPE '!'", " ESCAPE ''"])
        return f"({self.expression('text', depth)} {word} '{self.random.choice(PATTERNS)}'{escape})"

    def row_comparison(self, _, depth):
        types = [self.random.choice(COMPARABLE) for _ in range(2)]
        left, right = (", ".join(self.expression(type_name, depth) for type_name in types) for _ in range(2))
        return f"(ROW({left}) {self.random.choice(['=', '<', '>=', '<>', 'IS DISTINCT FROM'])} ROW({right}))"

    def overlaps(self, _, depth):
        type_name = self.random.choice(["date", "timestamp", "timestamptz", "time"])
        ends = [self.expression(type_name, depth) for _ in range(4)]
        return f"(({ends[0]}, {ends[1]}) OVERLAPS ({ends[2]}, {ends[3]}))"

    def array(self, type_name, depth):
        values = ", ".join(self.expression(type_name[:-2], depth) for _ in range(self.random.randint(1, 3)))
        return f"ARRAY[{values}]"

    def slice(self, type_name, depth):
        low, high = self.random.choice(["", *SMALL_INTEGERS]), self.random.choice(["", *SMALL_INTEGERS])
        return f"({self.expression(type_name, depth)})[{low}:{high}]"

    def subscript(self, type_name, depth):
        return f"({self.expression(type_name + '[]', depth)})[{self.random.choice(SMALL_INTEGERS)}]"

    def extract(self, _, depth):
        source = self.random.choice(["date", "time", "timetz", "timestamp", "timestamptz", "interval"])
        return f"EXTRACT({self.random.choice(FIELDS)} FROM {self.expression(source, depth)})"

    def text_syntax(self, _, depth):
        text = self.expression("text", depth)
        first, second = self.random.choice(SMALL_INTEGERS), self.random.choice(SMALL_INTEGERS)
        return self.random.choice([
            f"SUBSTRING({text} FROM {first} FOR {second})",
            f"SUBSTRING({text} FROM {first})",
            f"SUBSTRING({text} FROM E'{self.random.choice(REGULAR)}')",
            f"OVERLAY({text} PLACING {self.expression('text', depth)} FROM {first} FOR {second})",
            f"TRIM({self.random.choice(['LEADING', 'TRAILING', 'BOTH'])} {self.expression('text', depth)} FROM {text})",
            f"TRIM({text})",
            f"POSITION({self.expression('text', depth)} IN {text})::text",
            f"({text} || {self.expression(self.random.choice(['int4', 'float8', 'date', 'bool', 'text', 'numeric']), depth)})",
            f"concat_ws(',', {text}, {self.expression(self.any_type(), depth)})",
        ])

    def formatted(self, _, depth):
        template = self.random.choice(["%s", "%s-%s", "%1$s%1$s", "%I", "%L", "%10s|", "%-5s|", "%%", "%x", "%2$s"])
        arguments = ", ".join(self.expression(self.any_type(), depth) for _ in range(self.random.randint(1, 2)))
        return f"format('{template}', {arguments})"

    def at_time_zone(self, type_name, depth):
        source = "timestamptz" if type_name == "timestamp" else "timestamp"
        return f"({self.expression(source, depth)} AT TIME ZONE '{self.random.choice(ZONES)}')"

    def bucket(self, type_name, depth):
        width = self.random.choice(["1 hour", "15 minutes", "1 day", "7 days", "1 month", "0", "-1 hour", "1.5 seconds"])
        return f"date_bin('{width}', {self.expression(type_name, depth)}, {self.expression(type_name, depth)})"
