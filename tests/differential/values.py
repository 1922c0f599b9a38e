"""Constants of every type: ordinary ones, NULL, and those at which types end."""

# What a literal of the type may say between its quotes. Those that are refused belong here, too: errors are compared.
TEXTS = {
    "bool": ["t", "f", "true", "no"],
    "int2": ["0", "1", "-1", "7", "100", "32767", "-32768"],
    "int4": ["0", "1", "-1", "3", "7", "12", "100", "-45", "65536", "2147483647", "-2147483648"],
    "int8": ["0", "1", "-1", "2", "10", "4294967296", "9223372036854775807", "-9223372036854775808", "123456789012"],
    "float4": ["0", "-0", "1", "-1.5", "0.1", "3.4e38", "1e-45", "1e10", "NaN", "Infinity", "-Infinity", "16777217"],
    "float8": ["0", "-0", "1", "-1.5", "0.1", "2.5", "-0.5", "1e308", "5e-324", "1e15", "123456.789", "NaN", "Infinity",
               "-Infinity", "9007199254740993", "1e-7"],
    "numeric": ["0", "1", "-1", "0.00", "1.10", "-2.5", "3.14159265358979323846", "12345678901234567890.123456789",
                "0.0000001", "1e20", "-99999.5", "NaN", "Infinity", "-Infinity", "100", "0.5", "1.5"],
    "text": ["", "a", "abc", "ABC", "Hello World", " padded ", "naïve", "日本語", "a%b_c", "x\\y", "12", "-3.5", "1,2", "{1,2}",
             "the quick brown fox", "aaa", "O''Brien", "tab\tline\nend", "2024-02-29", "ß", "Ǆ"],
    "varchar": ["", "abc", "Zebra", "é", "10", "a b c"],
    "bpchar": ["", "abc", "ab  ", "x", "Wide"],
    "name": ["abc", "pg_class", ""],
    "bytea": ["", "\\x00ff", "abc", "\\x6162", "\\\\\\001", "\\xdeadbeef"],
    "date": ["2024-02-29", "1970-01-01", "2000-01-01", "1999-12-31", "0001-01-01", "4713-01-01 BC", "5874897-12-31", "infinity",
             "-infinity", "2023-03-31"],
    "time": ["00:00:00", "23:59:59.999999", "12:34:56.789", "24:00:00", "06:30"],
    "timetz": ["00:00:00+00", "23:59:59.999999-12", "12:34:56+05:30", "24:00:00-08"],
    "timestamp": ["2024-02-29 12:34:56.789", "1970-01-01 00:00:00", "2000-01-01 00:00:00.000001", "1999-12-31 23:59:59.999999",
                  "0001-01-01 00:00:00 BC", "294276-12-31 23:59:59.999999", "4713-11-24 00:00:00 BC", "infinity", "-infinity",
                  "2023-03-26 02:30:00"],
    "timestamptz": ["2024-02-29 12:34:56.789+00", "1970-01-01 00:00:00+00", "2000-01-01 00:00:00.000001-08",
                    "1999-12-31 23:59:59.999999+05:30", "infinity", "-infinity", "2023-03-26 02:30:00+01",
                    "2023-10-29 01:30:00+00", "294276-12-31 23:59:59+00"],
    "interval": ["0", "1 day", "-1 day", "1 mon", "1 year 2 mons 3 days 04:05:06.789", "-00:00:00.000001", "24:00:00", "30 days",
                 "-1 year 1 day", "PT1H30M", "100 years", "1 mon -30 days", "36:00:00", "178000000 years"],
    "uuid": ["00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{ffffffffffffffffffffffffffffffff}"],
    "json": ["null", "1", "\"x\"", "[1, 2, {\"a\": null}]", "{\"a\": 1, \"b\": [true, false], \"a\": 2}", "{}", "[]", " { \"k\" : 1.50 } "],
    "jsonb": ["null", "1", "-2.50", "\"x\"", "true", "[1, 2, {\"a\": null}]", "{\"a\": 1, \"b\": [true, false], \"c\": {\"d\": \"e\"}}", "{}",
              "[]", "[1, 1, \"a\", [3]]"],
    "bit": ["0", "1", "101", "11111111"],
    "varbit": ["", "1", "1010", "000000000001"],
    "int4[]": ["{}", "{1}", "{1,2,3}", "{3,NULL,-1}", "{{1,2},{3,4}}", "[0:2]={7,8,9}", "{2147483647}"],
    "int8[]": ["{}", "{1,9223372036854775807}", "{NULL}"],
    "text[]": ["{}", "{a,b}", "{\"x y\",NULL,\"\"}", "{{a},{b}}", "{abc,abc}"],
    "float8[]": ["{}", "{1.5,NaN}", "{0,-0}"],
    "numeric[]": ["{1.0,1.00}", "{}"],
    "bool[]": ["{t,f,NULL}"],
    "date[]": ["{2024-01-01,infinity}"],
    "timestamptz[]": ["{2024-01-01 00:00:00+00}"],
}

ELEMENTS = [name[:-2] for name in TEXTS if name.endswith("[]")]  # types of which there are arrays

# What an array's subscripts, a text's length and the like look like where extremes would only fill memory.
SMALL_INTEGERS = ["0", "1", "2", "3", "-1", "5", "10", "-3"]


def literal(random, type_name, nulls=0.06):
    """A constant of the type, in one of the spellings that SQL has for it."""
    if random.random() < nulls:
        return f"NULL::{type_name}"
    text = random.choice(TEXTS[type_name])
    if type_name in ("int4", "int8", "numeric") and text.lstrip("-").isdigit() and random.random() < 0.5:
        return f"({text})" if text.startswith("-") else text
    if type_name == "bit":
        return f"B'{text}'"
    if type_name == "varchar" and random.random() < 0.3:
        return f"'{text}'::varchar({random.randint(1, 6)})"
    if type_name == "bpchar":
        return f"'{text}'::char({random.randint(1, 6)})"
    if type_name == "numeric" and random.random() < 0.2 and "n" not in text.lower():
        return f"'{text}'::numeric({random.randint(5, 30)},{random.randint(0, 5)})"
    if random.random() < 0.3 and "[" not in type_name:
        return f"CAST('{text}' AS {type_name})"
    return f"'{text}'::{type_name}"
