#!/usr/bin/env python3
"""The answers of case files, from a running InfluxDB:

record.py http://127.0.0.1:8086 cases/*.txt            fills them in
record.py --check http://127.0.0.1:8086 cases/*.txt    prints what differs from the kept ones; exits with 1 if anything does
"""

import difflib
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


def answered(url, lines):
    """The lines of a case file with the answers that the server gives now; our own (`tidemark`) stay."""
    ask(url, "/query", {"q": "DROP DATABASE cases"}, b"")
    ask(url, "/query", {"q": "CREATE DATABASE cases"}, b"")
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
    return out


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().split("\n")


def record(url, path):
    lines = answered(url, read(path))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def differences(url, path):
    kept = read(path)
    return list(difflib.unified_diff(kept, answered(url, kept), "kept " + path, "InfluxDB", lineterm=""))


def main(arguments):
    checking = arguments[0] == "--check"
    url, *paths = arguments[1:] if checking else arguments
    different = False
    for path in paths:
        if checking:
            lines = differences(url, path)
            print("\n".join(lines), end="\n" if lines else "")
            different = different or bool(lines)
        else:
            record(url, path)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
