"""Which functions, operators and casts there are: those that both servers' catalogs list over our types."""

import collections
import re

from values import ELEMENTS, TEXTS

Signature = collections.namedtuple("Signature", "form name arguments result")  # form: function, operator, prefix, cast

# Their answers are each server's own: identity, state, clocks, chance, size on disk, plans, physical forms.
SERVERS_OWN = re.compile(r"^(pg_|has_|current_|session_|inet_|txid_|version$|random|setseed|now$|timeofday|gen_random|.*_timestamp$|"
                         r"lastval|col_description|obj_description|shobj_|to_reg|hash|.*_to_xml|xml|row_security)")

# A trap for memory and time rather than for answers: their integers stay small.
BOUNDED = {"repeat", "lpad", "rpad", "factorial", "array_fill", "generate_series", "!", "^", "<<", "power", "pow", "scale", "round",
           "trunc", "exp", "bit_count", "set_bit", "get_bit", "set_byte", "get_byte", "substring", "left", "right", "make_interval",
           "div", "trim_array", "array_ndims", "log", "to_char"}

POLYMORPHIC = {"anyelement", "anycompatible", "anynonarray", "anycompatiblenonarray", "anyarray", "anycompatiblearray", "any"}

FUNCTIONS = """
SELECT p.proname::text, p.proargtypes::text, p.prorettype::int8, p.provariadic::int8 FROM pg_proc p
WHERE p.prokind = 'f' AND NOT p.proretset AND p.provolatile <> 'v' AND p.pronamespace = 11"""

OPERATORS = """
SELECT o.oprname::text, CASE WHEN o.oprleft = 0 THEN '' ELSE o.oprleft::int8 || ' ' END || o.oprright::int8, o.oprresult::int8
FROM pg_operator o WHERE o.oprresult <> 0 AND o.oprright <> 0"""

CASTS = "SELECT castsource::int8, casttarget::int8 FROM pg_cast"


class Signatures:
    """All signatures, by result type."""

    def __init__(self, ours, postgres):
        rows = postgres.run("SELECT oid::int8, typname::text, typelem::int8 FROM pg_type").rows
        names = {oid: name for oid, name, _ in rows}
        self.missing = []
        self.by_result = collections.defaultdict(list)
        self.names = {oid: names[element] + "[]" if name.startswith("_") and element in names else name for oid, name, element in rows}
        functions = self._common(FUNCTIONS, ours, postgres, self._function)
        operators = self._common(OPERATORS, ours, postgres, self._operator)
        casts = self._common(CASTS, ours, postgres, self._cast)
        for signature in functions + operators + casts:
            results = [signature.result]
            if signature.result in POLYMORPHIC:
                results = [e + "[]" for e in ELEMENTS] if "array" in signature.result else ELEMENTS
            for result in results:
                self.by_result[result].append(signature)

    def _common(self, query, ours, postgres, read):
        """What both list; what PostgreSQL alone does goes to `missing`."""
        wanted = [one for one in map(read, postgres.run(query).rows) if one and self._is_in_reach(one)]
        there = {key(one) for one in map(read, ours.run(query).rows) if one} or set(map(key, wanted))
        self.missing += [one for one in wanted if key(one) not in there]
        return [one for one in wanted if key(one) in there]

    @staticmethod
    def _is_in_reach(signature):
        return all(known(name) for name in signature.arguments) and known(signature.result)

    def _function(self, row):
        name, arguments, result, variadic = row
        types = tuple(self.names.get(oid, "?") for oid in arguments.split())
        if SERVERS_OWN.match(name) or not types or variadic != "0":
            return None
        return Signature("function", name, types, self.names.get(result, "?"))

    def _operator(self, row):
        name, arguments, result = row
        types = tuple(self.names.get(oid, "?") for oid in arguments.split())
        return Signature("operator" if len(types) == 2 else "prefix", name, types, self.names.get(result, "?"))

    def _cast(self, row):
        source, target = (self.names.get(oid, "?") for oid in row)
        return Signature("cast", target, (source,), target)


def key(signature):
    """What makes two signatures one: PostgreSQL has more words for "any type" than we need."""
    return signature.form, signature.name, tuple(
        "anyarray" if name.startswith("any") and "array" in name and "non" not in name else
        "anyelement" if name.startswith("any") and name != "any" else name for name in signature.arguments)


def known(name):
    return name in TEXTS or name in POLYMORPHIC
