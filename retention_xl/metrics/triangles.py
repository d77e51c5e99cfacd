"""A cohort triangle as COHORT lays it out: a row a cohort, a column an age, blank where the future begins."""

from __future__ import annotations

from retention_xl.metrics.cells import number_in, shown, text_in, wrong_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

COHORT_HEADING = "Cohort"
CUSTOMERS_HEADING = "Customers"


class Triangle:
    """Rows with their headings, read and checked."""

    __slots__ = ("ages_from", "rows")

    def __init__(self, rows: list[list[Any]]) -> None:
        if len(rows) < 2:
            raise wrong_kind("triangle: a heading row and at least one cohort are wanted.")
        headings = rows[0]
        self.ages_from = 2 if len(headings) > 1 and headings[1] == CUSTOMERS_HEADING else 1
        ages = headings[self.ages_from :]
        if not ages or [number_in(age, "triangle: heading") for age in ages] != list(range(len(ages))):
            raise wrong_kind(
                f"triangle: the headings must be {COHORT_HEADING}, {CUSTOMERS_HEADING} (or none), 0, 1, 2, ...; they "
                f"are {', '.join(map(shown, headings))}."
            )
        self.rows = [row for row in rows[1:] if any(cell is not None for cell in row)]

    def observed(self) -> Iterator[tuple[str, list[float]]]:
        """Every cohort's label and its cells by age, as far as they are observed."""
        for row in self.rows:
            label = text_in(row[0], "triangle: cohort")
            cells = row[self.ages_from :]
            while cells and cells[-1] is None:
                cells.pop()
            place = f"triangle: cohort {label}"
            if not cells or None in cells:
                raise wrong_kind(f"{place} has a blank cell before its last one; only the future is blank.")
            yield label, [number_in(cell, place) for cell in cells]

    def with_customers(self) -> Iterator[tuple[str, float, list[float]]]:
        """The same with the cohort's customers, from the column that only COHORT's own triangles have."""
        if self.ages_from == 1:
            raise wrong_kind(f"triangle: the second column must be {CUSTOMERS_HEADING}, as COHORT gives it.")
        for row, (label, cells) in zip(self.rows, self.observed(), strict=True):
            yield label, number_in(row[1], f"triangle: cohort {label}"), cells
