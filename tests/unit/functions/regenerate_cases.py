#!/usr/bin/env python3
"""Asks a PostgreSQL 15 server for the answers of cases/*.txt and writes them beside, as cases/*.answers.

Usage: regenerate_cases.py "host=127.0.0.1 port=5432 user=postgres". One expression a line; an answer is the value's
text, <null>, or `ERROR sqlstate: message`. aggregates.txt holds `name type value,value,NULL` lines. Needs psql.
"""
import pathlib
import subprocess
import sys


def answer(connection: str, expression: str) -> str:
    settings = "SET timezone = 'UTC'; SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres';"
    result = subprocess.run(
        ["psql", connection, "-X", "-A", "-t", "-q", "-v", "VERBOSITY=verbose", "-P", "null=<null>",
         "-c", settings, "-c", "SELECT " + expression],
        capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return result.stdout.rstrip("\n").replace("\n", "\\n")
    first = result.stderr.splitlines()[0]
    return "ERROR " + first.split("ERROR:", 1)[1].strip()


def aggregate_call(line: str) -> str:
    name, type_name, values = line.split(" ", 2)
    rows = ", ".join("(NULL)" if value == "NULL" else f"('{value}')" for value in values.split(","))
    return f"{name}(x::{type_name}) FROM (VALUES {rows}) AS v(x)"


def main() -> None:
    for cases in sorted((pathlib.Path(__file__).parent / "cases").glob("*.txt")):
        lines = [line for line in cases.read_text().splitlines() if line and not line.startswith("#")]
        expressions = [aggregate_call(line) for line in lines] if cases.stem == "aggregates" else lines
        answers = [answer(sys.argv[1], expression) for expression in expressions]
        cases.with_suffix(".answers").write_text("\n".join(answers) + "\n")


main()
