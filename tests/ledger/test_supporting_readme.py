"""The README's list of tables says what the program recognises."""

from __future__ import annotations

from pathlib import Path

from retention_xl.ledger.supporting.shapes import SHAPES, Shape

README = Path(__file__).parents[2] / "README.md"


def row(shape: Shape) -> str:
    """A table in a line of the README: the columns it needs in bold."""
    needed = {name for name, column in shape.columns.items() if column.required}
    listed = [f"**{name}**" if name in needed else name for name in shape.columns if not name[-1].isdigit()]
    items = ["sus1 to sus10"] if any(name[-1].isdigit() for name in shape.columns) else []
    return f"| `{shape.name}` | {', '.join([*listed, *items])} | {shape.adds} |"


def test_the_readme_lists_every_table_with_its_columns_and_what_it_adds() -> None:
    lines = README.read_text("utf-8").splitlines()
    assert [expected for expected in map(row, SHAPES.values()) if expected not in lines] == []
