"""What the catalogue says of itself, and README saying the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from retention_xl.errors import HostError
from retention_xl.hosts import reference
from retention_xl.metrics.spec import CATALOGUE

README = Path(__file__).parents[2] / "README.md"


def test_readme_has_the_function_table_of_the_catalogue() -> None:
    text = README.read_text(encoding="utf-8")
    assert reference.with_table(text) == text, (
        "the function table in README.md is stale; refresh it with: python -m retention_xl.hosts.reference README.md"
    )


def test_the_table_in_a_file_is_brought_up_to_date_and_the_rest_is_kept(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{reference.BEGIN}\nold\n{reference.END}\nafter\n", encoding="utf-8")
    reference.main([str(page)])
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{reference.BEGIN}\n### ")
    assert text.endswith(f"\n{reference.END}\nafter\n")
    assert "old" not in text
    reference.main([str(page)])
    assert page.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", ["", reference.BEGIN, reference.END, f"{reference.END}{reference.BEGIN}"])
def test_a_file_without_both_markers_is_refused(text: str) -> None:
    with pytest.raises(HostError, match="functions:begin"):
        reference.with_table(text)


def test_the_table_has_every_function_once_and_groups_together() -> None:
    rows = reference.table()
    assert sorted(row.name for row in rows) == sorted(CATALOGUE)
    groups = [row.group for row in rows]
    assert groups == sorted(groups, key=groups.index), "a group that comes twice would have two headings"


def test_markdown_has_one_heading_a_group_and_one_line_a_function() -> None:
    text = reference.markdown()
    rows = reference.table()
    assert text.count("### ") == len({row.group for row in rows})
    for row in rows:
        assert text.count(f"| `{row.call}` |") == 1
    for line in text.splitlines():
        assert not line.startswith("|") or line.replace("\\|", "").count("|") == 3

    assert len(rows) == len(CATALOGUE)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_explanation_says_everything_that_is_known(name: str) -> None:
    spec = CATALOGUE[name]
    text = reference.explain(name)
    assert text.startswith(reference.call_of(spec))
    known = [
        spec.help,
        spec.returns,
        f"{spec.example} gives {spec.example_gives}",
        spec.source,
        *(f"{code}: {when}" for code, when in spec.errors),
    ]
    known += [f"{parameter.name} (" for parameter in spec.parameters]
    known += [parameter.help for parameter in spec.parameters]
    for said in known:
        assert said in text


@pytest.mark.parametrize("name", ["crr", " CRR ", "=CRR(", "Crr"])
def test_a_function_is_explained_however_its_name_is_typed(name: str) -> None:
    assert reference.explain(name) == reference.explain("CRR")


def test_an_unknown_function_is_refused_with_what_is_near() -> None:
    with pytest.raises(HostError, match=r"There is no function 'CRRR'\. Did you mean CRR"):
        reference.explain("CRRR")
    with pytest.raises(HostError, match=r"The functions are: .*CRR"):
        reference.explain("%%%")


def test_optional_arguments_stand_in_brackets() -> None:
    assert reference.call_of(CATALOGUE["CRR"]) == "CRR(opening, closing, [new_customers])"
