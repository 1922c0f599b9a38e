#!/usr/bin/env python3
"""Fills in what PostgreSQL answers: make_expected.py FILE… [psql arguments after --]

A case file has lines of tab-separated fields; backslash, tab and newline inside a field are \\\\, \\t, \\n. A line that
begins with @ sets session settings for the lines after it, one with # is a comment. In all others the last field is
what a PostgreSQL 15 answered and is replaced by this script, by the file's name:
  text_*.txt        type, input text            → its text form
  expression_*.txt  an SQL expression           → its text form
  binary_*.txt      type, input text            → its binary form in hex
An error is written as !SQLSTATE message, with | detail and | hint where there are any.
"""
import subprocess
import sys

FUNCTION = r"""
create function pg_temp.answer(expression text) returns text language plpgsql as $$
declare result text; more text; advice text; words text; state text;
begin
  execute 'select format(''%s'', v) from (select (' || expression || ') as v) s where v is not null' into result;
  return coalesce(result, 'NULL');
exception when others then
  get stacked diagnostics more = pg_exception_detail, advice = pg_exception_hint, words = message_text,
    state = returned_sqlstate;
  return '!' || state || ' ' || words || case when more <> '' then ' | ' || more else '' end
    || case when advice <> '' then ' | ' || advice else '' end;
end $$;
"""


def unescape(text):
    out, i = [], 0
    while i < len(text):
        if text[i] == "\\" and i + 1 < len(text):
            out.append({"t": "\t", "n": "\n", "\\": "\\"}.get(text[i + 1], "\\" + text[i + 1]))
            i += 2
        else:
            out.append(text[i])
            i += 1
    return "".join(out)


def escape(text):
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def expression_of(kind, fields):
    if kind == "text":
        return "cast(" + literal(unescape(fields[1])) + " as " + fields[0] + ")"
    if kind == "binary":
        send = "array" if fields[0].endswith("[]") else fields[0].split("(")[0]
        separate = "" if send in ("bool", "int2", "int4", "int8", "int2vector", "oidvector", "float4", "float8", "text", "bytea",
                                  "varchar", "bpchar", "name") else "_"
        return "encode(%s%ssend(cast(%s as %s)), 'hex')" % (send, separate, literal(unescape(fields[1])), fields[0])
    return unescape(fields[0])


def main():
    arguments = sys.argv[1:]
    psql = arguments[arguments.index("--") + 1:] if "--" in arguments else []
    files = arguments[:arguments.index("--")] if "--" in arguments else arguments
    for name in files:
        kind = name.rsplit("/", 1)[-1].split("_")[0]
        width = {"text": 2, "binary": 2, "expression": 1}[kind]
        lines = open(name, encoding="utf-8").read().split("\n")
        script = ["set standard_conforming_strings = on; set timezone = 'UTC';", FUNCTION]
        for line in lines:
            if line.startswith("@"):
                script.append(line[1:] + ";")
            elif line and not line.startswith("#"):
                script.append("select encode(convert_to(pg_temp.answer(%s), 'UTF8'), 'hex');" %
                              literal(expression_of(kind, line.split("\t")[:width])))
        run = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"] + psql, input="\n".join(script),
                             capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(name + ": " + run.stderr)
        answers = iter(run.stdout.split("\n"))
        out = []
        for line in lines:
            if line and not line.startswith(("@", "#")):
                answer = bytes.fromhex(next(answers)).decode("utf-8")
                line = "\t".join(line.split("\t")[:width] + [escape(answer)])
            out.append(line)
        open(name, "w", encoding="utf-8").write("\n".join(out))


main()
