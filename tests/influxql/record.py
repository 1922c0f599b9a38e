#!/usr/bin/env python3
"""Fills in the answers of case files from a running InfluxDB:  record.py http://127.0.0.1:8086 cases/*.txt"""

import sys
import urllib.error
import urllib.parse
import urllib.request

ENDS = ("=> ", "tidemark ")


def ask(url, path, parameters, body):
    query = urllib.parse.urlencode(parameters)
    request = urllib.request.Request(f"{url}{path}?{query}", data=body)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def run(url, kind, parameters, body):
    pairs = {"db": "cases", **dict(urllib.parse.parse_qsl(parameters, keep_blank_values=True))}
    if kind == "write":
        return ask(url, "/write", pairs, body.encode())
    # A GET may do the same and is warned about.
    return ask(url, "/query", {**pairs, "q": body}, b"")


def record(url, path):
    ask(url, "/query", {"q": "DROP DATABASE cases"}, b"")
    ask(url, "/query", {"q": "CREATE DATABASE cases"}, b"")
    lines = open(path, encoding="utf-8").read().split("\n")
    out, at = [], 0
    while at < len(lines):
        line = lines[at]
        kind, _, parameters = line.partition(" ")
        out.append(line)
        at += 1
        if kind not in ("write", "query"):
            continue
        body = []
        while at < len(lines) and lines[at] and not lines[at].startswith(ENDS):
            body.append(lines[at])
            at += 1
        out += body
        ours = at < len(lines) and lines[at].startswith("tidemark ")
        status, text = run(url, kind, parameters, "\n".join(body))
        answer = [] if ours else [f"=> {status}"] + text.rstrip("\n").split("\n")
        while at < len(lines) and lines[at]:
            if ours:
                answer.append(lines[at])
            at += 1
        out += [part for part in answer if part]
    open(path, "w", encoding="utf-8").write("\n".join(out))


for case_file in sys.argv[2:]:
    record(sys.argv[1], case_file)
