"""EXPLAIN tells of every function what its docstring says, in cells that every program can show."""

from __future__ import annotations

import pytest

import retention_xl as rx
from retention_xl import CATALOGUE


@pytest.mark.parametrize("name", CATALOGUE)
def test_it_tells_all_of_every_function_in_short_texts(name: str) -> None:
    spec = CATALOGUE[name]
    rows = rx.explain(f"={name.lower()}(A1:A9)")
    assert all(len(row) == 2 and len(row[1]) <= 255 for row in rows)
    told: dict[str, str] = {}
    label = ""
    for title, text in rows:
        label = title or label
        told[label] = f"{told[label]} {text}" if label in told else text
    assert told["Function"].startswith(f"{name}(")
    assert told["Definition"] == " ".join(f"{spec.help} {spec.description}".split())
    assert told["Formula"] == " ".join(spec.formula.split())
    assert (told["Example"], told["Gives"], told["Source"]) == (spec.example, spec.example_gives, spec.source)
    for parameter in spec.parameters:
        assert told[parameter.name] == f"{parameter.help} ({parameter.kind_and_unit})"
    for code, when in spec.errors:
        assert told[code] == when


def test_optional_arguments_stand_in_brackets() -> None:
    assert rx.explain("CRR_INTERVAL")[0] == ["Function", "CRR_INTERVAL(kept, opening, [confidence])"]
