"""A ledger in several tables (the sheets of a workbook, the files of a folder) that are read in order as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import LedgerError
from .columns import REQUIRED, listed, plain_heading
from .database import Connection, one
from .places import Places
from .sources import Progress, Source
from .tables import kept_columns, view_source

# A part without one of these columns would be read with another meaning than its neighbours, not only with less detail.
DECISIVE = (*REQUIRED, "kind", "term", "term_count", "start", "end")

Key = tuple[str, int]  # a heading without what differs between programs, and which of several alike it is


class Parts:
    """Sources with the same columns by name. Lines are numbered through; `places` tells where each one stands."""

    def __init__(self, name: str, parts: Sequence[Source], *told: str) -> None:
        self.name, self.parts, self.told = name, parts, told
        self.size = sum(part.size for part in parts)
        self.places = Places(name)
        self._keys = [_keys(part.headings) for part in parts]
        union: dict[Key, str] = {}
        for part, keys in zip(parts, self._keys, strict=True):
            for key, heading in zip(keys, part.headings, strict=True):
                union.setdefault(key, heading)
        self._union = list(union)
        self.headings: Sequence[str] = list(union.values())

    def load(
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        for part, keys in zip(self.parts, self._keys, strict=True):
            self._check_columns(part, keys, chosen)
        places: list[tuple[int, str]] = []
        contents: dict[tuple[int, int], str] = {}
        added = 0
        fields = kept_columns(chosen)
        for i, (part, keys) in enumerate(zip(self.parts, self._keys, strict=True)):
            at = {key: position for position, key in enumerate(keys)}
            own = {field: at[key] for field, position in chosen.items() if (key := self._union[position]) in at}

            def tell(text: str, fraction: float | None, done: int = i) -> None:
                progress(text, (done + (fraction or 0)) / len(self.parts))

            part.load(con, own, scratch, tell, [at.get(key) for key in self._union])
            con.execute(
                f"{'INSERT INTO together' if i else 'CREATE OR REPLACE TABLE together AS'} "
                f"SELECT CAST(line + {added} AS BIGINT) AS row_line, damage AS row_damage, amount_typed AS row_typed, "
                f"{fields}, line_hash, row_blank FROM source"
            )
            places.append((added, part.name))
            lines, total, last = one(
                con,
                "SELECT count(*), sum(line_hash), max(row_line) FROM together "
                f"WHERE row_line > {added} AND NOT row_blank",
            )
            if lines and (other := contents.setdefault((lines, total), part.name)) != part.name:
                raise LedgerError(
                    f"{part.name}: it holds the same {lines:,} line{'' if lines == 1 else 's'} as {other}, which would "
                    "count twice; leave one of them out."
                )
            added = last or added
        con.execute("DROP VIEW source")
        con.execute("DROP TABLE raw")
        con.execute("ALTER TABLE together RENAME TO raw")
        view_source(con, chosen, "row_line", "row_damage", "row_typed")
        self.places = Places(self.name, places)

    def _check_columns(self, part: Source, keys: Sequence[Key], chosen: Mapping[str, int]) -> None:
        for field in (f for f in DECISIVE if f in chosen):
            key = self._union[chosen[field]]
            if key in keys:
                continue
            other = next(p.name for p, k in zip(self.parts, self._keys, strict=True) if key in k)
            raise LedgerError(
                f"{part.name}: there is no column {self.headings[chosen[field]]!r}, which is the {field} in {other}; "
                f"found: {listed(part.headings)}. All parts of a ledger need the same columns."
            )


def _keys(headings: Sequence[str]) -> list[Key]:
    keys: list[Key] = []
    for heading in headings:
        plain = plain_heading(heading)
        keys.append((plain, sum(known == plain for known, _ in keys)))
    return keys
