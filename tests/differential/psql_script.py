"""Cuts a script written for psql into what psql would send, one piece at a time: what comes next may depend on an answer (`\\if`, COPY's data).

Variables are left in place: `substituted` puts in the values that one server's answers gave them.
"""

import re

WORD = re.compile(r"[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*")
DOLLAR_QUOTE = re.compile(r"\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$")
META_COMMAND = re.compile(r"\\([a-z!?]+|;)[ \t]*([^\n\\]*)")
VARIABLE = re.compile(r":(?:'(\w+)'|\"(\w+)\"|(\w+))")
SENDING = {"g", "gx", "gset", "gexec", "gdesc", "crosstabview"}


class Piece:
    def __init__(self, sql, line, command="", argument=""):
        self.sql = sql  # empty for a meta-command by itself
        self.line = line
        self.command = command  # the meta-command that sent the statement, or that stands alone
        self.argument = argument


class Script:
    def __init__(self, text):
        self.text = text
        self.place = 0

    def next(self):
        """The next piece, or None at the end."""
        start, depth, body, words = self.place, 0, 0, []
        while self.place < len(self.text):
            end = self._end_of_token()
            token = self.text[self.place:end]
            if token[0] == "\\":
                command = META_COMMAND.match(self.text, self.place)
                if command is None:
                    self.place += 1
                    continue
                if command[1] == ";":  # The message goes on with another statement.
                    self.text = self.text[:self.place] + ";" + self.text[self.place + 2:]
                    self.place += 1
                    words = []
                    continue
                sql = without_comments(self.text[start:self.place])
                if command[1] in SENDING:
                    self.place = command.end()
                    return Piece(sql, self._line(start), command[1], command[2].strip())
                if not sql:
                    line_end = self.text.find("\n", self.place)
                    rest = self.text[command.start(2):line_end if line_end >= 0 else len(self.text)]
                    argument = rest if command[1] in ("set", "getenv", "copy", "echo") else command[2]
                    self.place = command.start(2) + len(argument)
                    return Piece("", self._line(start), command[1], argument.strip())
                self.text = self.text[:self.place] + self.text[command.end():]  # within a statement: it goes on after it
                continue
            self.place = end
            depth += token.count("(") - token.count(")") if len(token) == 1 else 0
            if WORD.fullmatch(token):
                words.append(token.lower())
                # A body of BEGIN ATOMIC … END holds semicolons.
                if words[0] == "create" and ("function" in words[:4] or "procedure" in words[:4]):
                    body += (token.lower() == "begin") + (token.lower() == "case" and body > 0) - (token.lower() == "end" and body > 0)
            if token == ";" and depth <= 0 and body == 0:
                sql = without_comments(self.text[start:self.place - 1])
                if sql:
                    return Piece(sql, self._line(start))
                start, words = self.place, []
        sql = without_comments(self.text[start:])
        return Piece(sql, self._line(start)) if sql else None

    def copy_data(self):
        """The lines after COPY … FROM STDIN, up to the one that ends them."""
        self.place = self.text.find("\n", self.place) + 1
        end = re.compile(r"^\\\.$", re.MULTILINE).search(self.text, self.place)
        data = self.text[self.place:end.start() if end else len(self.text)]
        self.place = end.end() if end else len(self.text)
        return data

    def skip_branch(self):
        """From a false `\\if` or a taken branch's end to the `\\elif`, `\\else` or `\\endif` of the same depth; returns that piece."""
        depth = 0
        for command in re.compile(r"^[ \t]*\\(if|elif|else|endif)\b[ \t]*([^\n]*)", re.MULTILINE).finditer(self.text, self.place):
            if depth == 0 and command[1] != "if":
                self.place = command.end()
                return Piece("", self._line(command.start()), command[1], command[2].strip())
            depth += {"if": 1, "endif": -1}.get(command[1], 0)
        self.place = len(self.text)
        return None

    def _line(self, place):
        while place < len(self.text) and self.text[place].isspace():
            place += 1
        return self.text.count("\n", 0, place) + 1

    def _end_of_token(self):
        text, place = self.text, self.place
        if text.startswith("--", place):
            end = text.find("\n", place)
            return end if end >= 0 else len(text)
        if text.startswith("/*", place):
            return end_of_comment(text, place)
        if text[place] in "'\"":
            escapes = text[place] == "'" and re.search(r"(?<![\w$])[eE]$", text[max(0, place - 2):place]) is not None
            return end_of_quoted(text, place, escapes)
        if text[place] == "$":
            quote = DOLLAR_QUOTE.match(text, place)
            if quote:
                end = text.find(quote[0], quote.end())
                return end + len(quote[0]) if end >= 0 else len(text)
        word = WORD.match(text, place)
        # The quote that follows E, U& and their like belongs to a token of its own.
        return word.end() if word else place + 1


def end_of_comment(text, place):
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, place):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def end_of_quoted(text, place, escapes):
    quote, end = text[place], place + 1
    while end < len(text):
        if escapes and text[end] == "\\":
            end += 2
        elif text[end] == quote:
            return end + 1  # A doubled quote begins the next token, to the same effect.
        else:
            end += 1
    return end


def without_comments(sql):
    """Leading comments go, so that the first word is the statement's."""
    while True:
        sql = sql.strip()
        if sql.startswith("--"):
            end = sql.find("\n")
            sql = sql[end:] if end >= 0 else ""
        elif sql.startswith("/*"):
            sql = sql[end_of_comment(sql, 0):]
        else:
            return sql


def substituted(sql, variables):
    """`sql` with psql's variables replaced where they are set, but not within quotes."""
    pieces, script = [], Script(sql)
    while script.place < len(sql):
        variable = VARIABLE.match(sql, script.place)
        if variable and sql[script.place - 1:script.place] != ":":
            name = variable[1] or variable[2] or variable[3]
            if name in variables:
                value = variables[name]
                pieces.append(quoted(value, "'") if variable[1] else quoted(value, '"') if variable[2] else value)
                script.place = variable.end()
                continue
        end = script._end_of_token()
        pieces.append(sql[script.place:end])
        script.place = end
    return "".join(pieces)


def quoted(value, quote):
    return quote + value.replace(quote, quote * 2) + quote


def set_argument(argument, variables):
    """The name and value of `\\set name value…`: values are put together without spaces."""
    name, _, rest = argument.partition(" ")
    values = re.findall(r"'(?:[^']|'')*'|\"[^\"]*\"|\S+", rest)
    return name, "".join(value[1:-1].replace("''", "'") if value[0] == "'" and value[-1] == "'" else substituted(value, variables)
                         for value in values)
