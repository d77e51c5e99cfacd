"""Summary: eight figures, their status, two charts and a paragraph; the page a CFO reads."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.model import Report, Tile
from retention_xl.report.sheets import checks, movers
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.settings import setting, z_number, z_value
from retention_xl.report.sheets.wording import (
    MONTH_NAMES,
    NOT_AVAILABLE,
    first_day,
    fixed,
    fixed_formula,
    month_name,
    quoted,
)

TILES = "rx_tiles"
COLUMNS = ("this", "last", "change", "mean", "year_ago", "target", "status", "low", "high", "trend")
TARGET_SETTING = {
    "mrr": "targets.mrr",
    "crr": "targets.crr",
    "drr": "targets.drr",
    "grr": "targets.grr",
    "nrr": "targets.nrr",
    "churn": "targets.churn",
    "cltv": "targets.cltv",
    "quick_ratio": "targets.quick_ratio",
}


def singles(report: Report) -> dict[str, Single]:
    """Title, banner, cards, paragraph and chart titles."""
    facts = report.facts
    unit = facts.currency or "the ledger's currency"
    contents = {
        "rx_title": Single(f"Customer retention, {month_name(report.month)}"),
        "rx_subtitle": Single(
            f"{report.words.revenue_long} in {unit}; month to {_last_day(report.month)}; from {report.source.name}"
        ),
        "rx_banner": Single(lambda at: checks.banner(report, at)),
        "rx_title_revenue": Single(lambda at: _revenue_title(report, at)),
        "rx_title_retention": Single(lambda at: _retention_title(report, at)),
    }
    for i, tile in enumerate(report.tiles):
        contents[f"rx_card_{tile.key}_label"] = Single(tile.label)
        contents[f"rx_card_{tile.key}"] = Single(lambda at, i=i: _card(report, at, i))
        contents[f"rx_card_{tile.key}_status"] = Single(lambda at, i=i: _card_status(report, at, i))
    sentences = (_what_moved, _who_stayed, _largest)
    for i, sentence in enumerate(sentences):
        contents[f"rx_comment_{i + 1}"] = Single(lambda at, sentence=sentence: sentence(report, at))
    return contents


def blocks(report: Report) -> dict[str, Block]:
    """The table of figures, and what other data would add."""
    missing = report.missing or (("Nothing", "every sheet of this report has its data"),)
    return {
        TILES: Block(
            len(report.tiles),
            len(COLUMNS),
            lambda at: _tiles(report, at),
            [
                _short(report.month),
                _short(report.shown[-2].facts.month) if len(report.shown) > 1 else "Month before",
                "Change",
                "Mean of 3",
                "A year ago",
                "Target",
                "Status",
                "Low",
                "High",
                "Trend",
            ],
            [tile.label for tile in report.tiles],
        ),
        "rx_missing": Block(
            len(missing), 2, lambda at: [(adds, "") for _, adds in missing], (), [data for data, _ in missing]
        ),
    }


def _short(month: str) -> str:
    day = first_day(month)
    return f"{MONTH_NAMES[day.month - 1][:3]} {day.year}"


def _last_day(month: str) -> str:
    day = first_day(month)
    return f"{monthrange(day.year, day.month)[1]} {month_name(month)}"


def _or_na(value: float | None) -> float | str:
    return NOT_AVAILABLE if value is None else value


def _tiles(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    end = rows.last
    for i, tile in enumerate(report.tiles):
        this, last = at.cell(TILES, i, 0), at.cell(TILES, i, 1)
        last3 = span(rows.figure(tile.key, max(0, end - 2)), rows.figure(tile.key, end))
        target = setting(report, at, TARGET_SETTING[tile.key])
        change = None if tile.this_month is None or tile.last_month is None else tile.this_month - tile.last_month
        yield (
            Cell(_or_na(tile.this_month), rows.figure(tile.key, end)),
            Cell(_or_na(tile.last_month), rows.figure(tile.key, end - 1)) if end else NOT_AVAILABLE,
            Cell(_or_na(change), f'IF(OR(ISTEXT({this}),ISTEXT({last})),"{NOT_AVAILABLE}",{this}-{last})'),
            Cell(_or_na(tile.mean3), f'IF(COUNT({last3})=0,"{NOT_AVAILABLE}",AVERAGE({last3}))'),
            Cell(_or_na(tile.year_ago), rows.figure(tile.key, end - 12)) if end >= 12 else NOT_AVAILABLE,
            Cell("" if tile.target is None else tile.target, f'IF({target}="","",{target})'),
            Cell(tile.status, _status(report, at, i, tile)),
            *_interval(rows, tile, end),
            None,  # a sparkline of the template
        )


def _status(report: Report, at: Addresses, row: int, tile: Tile) -> str:
    this, target = at.cell(TILES, row, 0), at.cell(TILES, row, COLUMNS.index("target"))
    band = setting(report, at, "policy.watch_band")
    good, edge = (f"{this}<={target}", f"{this}<={target}*(1+{band})")
    if tile.key != "churn":
        good, edge = (f"{this}>={target}", f"{this}>={target}*(1-{band})")
    return (
        f'IF({target}="","No target",IF(ISTEXT({this}),"{NOT_AVAILABLE}",'
        f'IF({good},"On target",IF({edge},"Watch","Off target"))))'
    )


def _interval(rows: Rows, tile: Tile, end: int) -> tuple[Content, Content]:
    if tile.key == "crr" and tile.low is not None:
        return Cell(tile.low, rows.rate("crr_low", end)), Cell(tile.high, rows.rate("crr_high", end))
    if tile.key == "churn" and tile.low is not None:
        return Cell(tile.low, f"1-{rows.rate('crr_high', end)}"), Cell(tile.high, f"1-{rows.rate('crr_low', end)}")
    return "", ""


def _card(report: Report, at: Addresses, row: int) -> Cell:
    return Cell(_or_na(report.tiles[row].this_month), at.cell(TILES, row, 0))


def _shown_number(tile: Tile, value: float) -> str:
    return f"{fixed(100 * value, 1)} %" if tile.unit == "fraction" else fixed(value, 0 if tile.unit == "money" else 2)


def _shown_formula(tile: Tile, reference: str) -> str:
    if tile.unit == "fraction":
        return f'{fixed_formula(f"100*{reference}", 1)}&" %"'
    return fixed_formula(reference, 0 if tile.unit == "money" else 2)


def _card_status(report: Report, at: Addresses, row: int) -> Cell:
    """ "On target; last month 97.9 %" under the large number."""
    tile = report.tiles[row]
    status, last = at.cell(TILES, row, COLUMNS.index("status")), at.cell(TILES, row, 1)
    if tile.last_month is None:
        return Cell(tile.status, status)
    return Cell(
        f"{tile.status}; month before {_shown_number(tile, tile.last_month)}",
        f'{status}&"; month before "&{_shown_formula(tile, last)}',
    )


def _tile(report: Report, at: Addresses, key: str) -> tuple[Tile, str, str]:
    row = next(i for i, tile in enumerate(report.tiles) if tile.key == key)
    return report.tiles[row], at.cell(TILES, row, 0), at.cell(TILES, row, COLUMNS.index("change"))


def _revenue_title(report: Report, at: Addresses) -> Cell:
    tile, this, change = _tile(report, at, "mrr")
    if tile.this_month is None or tile.last_month is None:
        return Cell(f"{report.words.revenue} by month")
    delta = tile.this_month - tile.last_month
    head = f"{report.words.revenue} "
    return Cell(
        f"{head}{fixed(tile.this_month, 0)}, {'up' if delta >= 0 else 'down'} {fixed(abs(delta), 0)} in the month",
        f'{quoted(head)}&{fixed_formula(this, 0)}&IF({change}>=0,", up ",", down ")&{fixed_formula(f"ABS({change})", 0)}'
        '&" in the month"',
    )


def _retention_title(report: Report, at: Addresses) -> Cell:
    tile, this, change = _tile(report, at, "crr")
    if tile.this_month is None or tile.last_month is None:
        return Cell("Retention by month")
    delta = 100 * (tile.this_month - tile.last_month)
    return Cell(
        f"Customers kept: {fixed(100 * tile.this_month, 1)} %, {'up' if delta >= 0 else 'down'} "
        f"{fixed(abs(delta), 1)} points",
        f'"Customers kept: "&{fixed_formula(f"100*{this}", 1)}&IF({change}>=0," %, up "," %, down ")'
        f'&{fixed_formula(f"100*ABS({change})", 1)}&" points"',
    )


def _what_moved(report: Report, at: Addresses) -> Cell:
    rows, last = Rows(report, at), report.shown[-1].facts
    end = rows.last
    text = f"{report.words.revenue} closed the month at {fixed(last.closing / 100, 0)} after an opening of "
    text += f"{fixed(last.opening / 100, 0)}: new {report.words.customers} brought {fixed(last.new / 100, 0)}, "
    text += f"returning ones {fixed(last.reactivation / 100, 0)}, expansion {fixed(last.expansion / 100, 0)}; "
    text += f"contraction took {fixed(last.contraction / 100, 0)} and lost {report.words.customers} {fixed(last.churn / 100, 0)}."
    f = lambda key, sign="": fixed_formula(sign + rows.revenue(key, end), 0)  # noqa: E731
    formula = f'{quoted(report.words.revenue + " closed the month at ")}&{f("closing")}&" after an opening of "&{f("opening")}'
    formula += (
        f'&{quoted(": new " + report.words.customers + " brought ")}&{f("new")}&", returning ones "&{f("reactivation")}'
    )
    formula += f'&", expansion "&{f("expansion")}&"; contraction took "&{f("contraction", "-")}'
    formula += f'&{quoted(" and lost " + report.words.customers + " ")}&{f("churn", "-")}&"."'
    return Cell(text, formula)


def _who_stayed(report: Report, at: Addresses) -> Cell:
    """Kept of opening, and whether the change on the month before is more than chance (two-proportion z test)."""
    rows, now = Rows(report, at), report.shown[-1]
    end, who = rows.last, report.words.customers
    opening = now.facts.opening_customers
    kept_cell, opening_cell = rows.customers("kept", end), rows.customers("opening", end)
    text = f"Of {fixed(opening, 0)} {who} at the opening, {fixed(now.kept_customers, 0)} stayed"
    formula = f'"Of "&{fixed_formula(opening_cell, 0)}&{quoted(f" {who} at the opening, ")}&{fixed_formula(kept_cell, 0)}&" stayed"'
    if end == 0 or not opening or not report.shown[-2].facts.opening_customers:
        return Cell(text + ".", formula + '&"."')
    before = report.shown[-2]
    x0, n0 = before.kept_customers, before.facts.opening_customers
    x1, n1 = now.kept_customers, opening
    pooled = (x0 + x1) / (n0 + n1)
    error = (pooled * (1 - pooled) * (1 / n0 + 1 / n1)) ** 0.5
    real = error > 0 and abs(x1 / n1 - x0 / n0) > z_number(report) * error
    verdicts = (
        "the change on the month before is more than chance alone explains",
        "the change on the month before is within chance",
    )
    k0, o0 = rows.customers("kept", end - 1), rows.customers("opening", end - 1)
    pool = f"(({k0}+{kept_cell})/({o0}+{opening_cell}))"
    test = (
        f"ABS({rows.rate('crr', end)}-{rows.rate('crr', end - 1)})>{z_value(report, at)}"
        f"*SQRT({pool}*(1-{pool})*(1/{o0}+1/{opening_cell}))"
    )
    crr = now.crr or 0
    return Cell(
        f"{text} (CRR {fixed(100 * crr, 1)} %); {verdicts[0] if real else verdicts[1]}.",
        f'{formula}&" (CRR "&{fixed_formula("100*" + rows.rate("crr", end), 1)}&" %); "'
        f'&IF({test},{quoted(verdicts[0])},{quoted(verdicts[1])})&"."',
    )


def _largest(report: Report, at: Addresses) -> Cell:
    """The largest gain and the largest loss by name, from the Movers list."""
    rows = movers.ordered(report)
    parts, formulas = [], []
    for word, sign in (("loss", -1), ("gain", 1)):
        found = [(i, row) for i, row in enumerate(rows) if row.change * sign > 0]
        if not found:
            continue
        i, row = max(found, key=lambda item: (item[1].change * sign, -item[0]))
        parts.append(f"largest {word} {row.name} ({row.kind.lower()}, {fixed(abs(row.change), 0)})")
        name, kind, change = (movers.address(at, i, column) for column in ("Customer", "Kind", "Change"))
        formulas.append(f'"largest {word} "&{name}&" ("&LOWER({kind})&", "&{fixed_formula(f"ABS({change})", 0)}&")"')
    if not parts:
        return Cell("Nobody's revenue moved this month.")
    text = "; ".join(parts)
    return Cell(text[0].upper() + text[1:] + ".", '"L"&MID(' + '&"; "&'.join(formulas) + ',2,999)&"."')
