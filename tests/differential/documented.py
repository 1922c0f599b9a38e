"""Differences that docs/SQL.md describes, each with the sentence of that page which says so."""

import re

# Of the statement, of our answer, of PostgreSQL's; the reason.
DOCUMENTED = [
    (r"", r"^0A000 ", r"", "refused by name (\"Not there yet\")"),
    (r"", r"^22008 (timestamp|interval) out of range", r"^\[", "PostgreSQL 15 wraps around"),
]


def explanation(sql, ours, theirs):
    for of_statement, of_ours, of_theirs, reason in DOCUMENTED:
        if re.search(of_statement, sql) and re.search(of_ours, str(ours)) and re.search(of_theirs, str(theirs)):
            return reason
    return ""
