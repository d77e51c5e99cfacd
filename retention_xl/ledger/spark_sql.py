"""The statements that DuckDB runs, as Spark runs them: read by sqlglot, changed where the two differ, written again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp

from .database import sql

# What macros.sql says in a way that Spark does not know.
OWN_MACROS = """
CREATE OR REPLACE MACRO days_between(later, earlier) AS CAST(date_diff(later, earlier) AS BIGINT);
CREATE OR REPLACE MACRO hash_number(t) AS CAST(conv(left(sha2(t, 256), 15), 16, 10) AS BIGINT);
CREATE OR REPLACE MACRO share_of(cents, months) AS
    CAST(CASE WHEN cents < 0 THEN -1 ELSE 1 END * ((2 * abs(cents) + months) DIV (2 * months)) AS BIGINT);
CREATE OR REPLACE MACRO part_of(cents, part, whole) AS
    CAST((2 * CAST(cents AS DECIMAL(38, 0)) * part + whole) DIV (2 * whole) AS BIGINT);
"""
_MACRO = re.compile(r"CREATE OR REPLACE MACRO (\w+)\(([^)]*)\) AS\s+(.*?);\s*(?=CREATE|$)", re.DOTALL)
KNOWN_TO_BOTH = {"add_months"}


class Step(NamedTuple):
    """What to do with a statement: the query to run, and the table or view that its answer becomes."""

    kind: str  # "select", "table", "view", "drop"
    name: str
    query: str


Macros = dict[str, tuple[list[str], exp.Expr]]  # name -> parameters and body


def steps(text: str, parameters: Mapping[str, Any] | None, macros: Macros) -> Iterator[Step]:
    """The statements of a text, one by one: a table is never changed in place, it is made anew under its name.

    A macro that the text defines is put among `macros`, for Spark has none: each is written out where it is called.
    """
    values = {name: _literal(value) for name, value in (parameters or {}).items()}
    for tree in sqlglot.parse(text, read="duckdb"):
        if tree is None or isinstance(tree, exp.Semicolon):
            continue
        if isinstance(tree, exp.Create) and tree.args["kind"] == "MACRO":
            macros[tree.this.this.name] = [each.name for each in tree.this.expressions], tree.expression
        else:
            yield _step(_inlined(tree.transform(_with_values, values), macros))


def _step(tree: exp.Expr) -> Step:
    if isinstance(tree, exp.Create):
        kind = "view" if tree.args["kind"] == "VIEW" else "table"
        if isinstance(tree.this, exp.Schema):
            columns = (f"CAST(NULL AS {_spark(c.args['kind'])}) AS {c.name}" for c in tree.this.expressions)
            return Step(kind, tree.this.this.name, f"SELECT {', '.join(columns)} WHERE FALSE")
        return Step(kind, tree.this.name, _spark(tree.expression))
    if isinstance(tree, exp.Drop):
        return Step("drop", tree.args["tables"][0].name, "")
    if isinstance(tree, exp.Insert):
        table = tree.this.name
        return Step("table", table, f"SELECT * FROM {table} UNION ALL ({_spark(tree.expression)})")
    if isinstance(tree, exp.Delete):
        return Step("table", tree.this.name, f"SELECT * FROM {_spark(tree.this)} WHERE {_spark(_not(tree))}")
    if isinstance(tree, exp.Update) and not tree.args.get("from_"):
        return Step("table", tree.this.name, _updated(tree))
    if isinstance(tree, exp.Query):
        return Step("select", "", _spark(tree))
    raise NotImplementedError(f"Spark cannot run this statement: {tree.sql('duckdb')}")


def _not(tree: exp.Expr) -> exp.Expr:
    return exp.not_(exp.func("coalesce", tree.args["where"].this, exp.false()))


def _updated(tree: exp.Update) -> str:
    """The table with the new values where the condition holds: the columns it changes last, the others as they are."""
    changed = {each.this.name: _spark(each.expression) for each in tree.expressions}
    where = tree.args.get("where")
    condition = _spark(where.this) if where else "TRUE"
    table = tree.this.name
    new = (f"CASE WHEN is_met THEN {value} ELSE {name} END AS {name}" for name, value in changed.items())
    return (
        f"SELECT * EXCEPT (is_met, {', '.join(changed)}), {', '.join(new)} "
        f"FROM (SELECT *, coalesce({condition}, FALSE) AS is_met FROM {table}) AS {table}"
    )


def _with_values(node: exp.Expr, values: Mapping[str, exp.Expr]) -> exp.Expr:
    if isinstance(node, exp.Placeholder | exp.Parameter) and node.name in values:
        return values[node.name].copy()
    return node


def _literal(value: Any) -> exp.Expr:
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return exp.Array(expressions=[_literal(each) for each in value])
    return exp.convert(value)


def _spark(tree: exp.Expr) -> str:
    return str(tree.transform(_in_spark).sql("spark", comments=False))


def macros_of_both() -> Macros:
    """The macros of macros.sql, some as Spark says them."""
    found: Macros = {}
    for text, dialect in ((sql("macros"), "duckdb"), (OWN_MACROS, "spark")):
        text = re.sub(r"^\s*--.*$", "", text, flags=re.MULTILINE)
        for name, given, body in _MACRO.findall(text):
            if name not in KNOWN_TO_BOTH:
                found[name] = [each.strip() for each in given.split(",")], sqlglot.parse_one(body, read=dialect)
    return found


def _inlined(tree: exp.Expr, macros: Macros) -> exp.Expr:
    """The tree with every macro of ours replaced by what it stands for."""

    def inline(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Anonymous) or node.name.lower() not in macros:
            return node
        parameters, body = macros[node.name.lower()]
        given = dict(zip(parameters, (_inlined(each, macros) for each in node.expressions), strict=True))
        filled = _inlined(body, macros).transform(
            lambda n: exp.paren(given[n.name].copy()) if isinstance(n, exp.Column) and n.name in given else n
        )
        return exp.paren(filled)

    return tree.transform(inline)


def _in_spark(node: exp.Expr) -> exp.Expr:
    """What sqlglot leaves as DuckDB has it."""
    if isinstance(node, exp.RegexpFullMatch):
        pattern = exp.Literal.string(rf"^(?:{node.expression.name})\z")
        return exp.RegexpLike(this=node.this, expression=pattern)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Explode | exp.Unnest):
        return node.this  # a generator stands alone; its numbers are whole already
    if isinstance(node, exp.ArrayAgg) and isinstance(node.this, exp.Order):
        # Spark's list has no order of its own: pairs of key and value are sorted, then the values taken.
        key, value = node.this.expressions[0].this, node.this.this
        pair = f"struct({key.sql('spark')} AS k, {value.sql('spark')} AS v)"
        return exp.maybe_parse(f"transform(array_sort(collect_list({pair})), x -> x.v)", dialect="spark")
    return node


def spark_type(kind: str) -> str:
    """A type of DuckDB's by Spark's name."""
    return str(exp.DataType.build(kind, dialect="duckdb").sql("spark"))
