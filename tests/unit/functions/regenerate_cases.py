#!/usr/bin/env python3
"""Asks a PostgreSQL 15 server for the answers of cases/*.txt and writes them beside, as cases/*.answers.

Usage: regenerate_cases.py "host=127.0.0.1 port=5432 user=postgres". One expression a line; an answer is the value's
text, <null>, or `ERROR sqlstate: message`. Needs psql.
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


def main() -> None:
    for cases in sorted((pathlib.Path(__file__).parent / "cases").glob("*.txt")):
        lines = [line for line in cases.read_text().splitlines() if line and not line.startswith("#")]
        answers = [answer(sys.argv[1], line) for line in lines]
        cases.with_suffix(".answers").write_text("\n".join(answers) + "\n")


main()
