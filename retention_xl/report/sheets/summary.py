"""Summary: eight figures, their status, two charts and a paragraph; the page a CFO reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial

from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.model import Report, Tile, shown
from retention_xl.report.sheets import checks, commentary
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import setting
from retention_xl.report.sheets.trend import trend
from retention_xl.report.wording import (
    MONTH_NAMES,
    NOT_AVAILABLE,
    first_day,
    fiscal_quarter,
    fixed,
    last_day,
    month_name,
)

TILES = "rx_tiles"
COLUMNS = ("this", "last", "change", "mean", "year_ago", "target", "status", "low", "high", "trend")


def singles(report: Report) -> dict[str, Single]:
    """Title, banner, cards, paragraph and chart titles."""
    unit = report.facts.currency or "the ledger's currency"
    start = report.facts.policies.fiscal_year_start
    fiscal = f" ({fiscal_quarter(report.month, start)})" if start > 1 or report.facts.last_day else ""
    end = _day_name(report.facts.last_day or last_day(report.month))
    subtitle = f"{report.words.revenue_long} in {unit}; month to {end}{fiscal}; from {report.source.name}"
    contents = {"rx_title": Single(f"Customer retention, {month_name(report.month)}"), "rx_subtitle": Single(subtitle)}
    made: dict[str, Callable[[Report, Addresses], Content]] = {
        "rx_banner": checks.banner,
        "rx_title_revenue": _revenue_title,
        "rx_title_retention": _retention_title,
        "rx_comment_1": partial(commentary.sentence, key="moved"),
        "rx_comment_2": partial(commentary.sentence, key="stayed"),
        "rx_comment_3": partial(commentary.sentence, key="largest"),
    }
    for name, make in made.items():
        contents[name] = Single(partial(make, report))
    for i, tile in enumerate(report.tiles):
        contents[f"rx_card_{tile.key}_label"] = Single(tile.label)
        contents[f"rx_card_{tile.key}"] = Single(partial(_card, report, row=i))
        contents[f"rx_card_{tile.key}_status"] = Single(partial(_card_status, report, row=i))
        contents[f"rx_card_{tile.key}_trend"] = Single(partial(_card_trend, report, row=i))
    return contents


def blocks(report: Report) -> dict[str, Block]:
    """The table of figures, and what other data would add."""
    missing = [f"{data}: {adds}" for data, adds in report.missing] or ["Nothing: every sheet has its data."]
    confidence = shown(report.settings.number("policy.confidence"), "fraction").replace(".0", "")
    return {
        TILES: Block(
            len(report.tiles),
            len(COLUMNS),
            lambda at: _tiles(report, at),
            [
                _short(report.month),
                _short(report.shown[-2].facts.month) if len(report.shown) > 1 else "Before",
                "Change",
                "Mean of 3",
                "A year ago",
                "Target",
                "Status",
                f"{confidence}, low",
                f"{confidence}, high",
                "Trend",
            ],
            [tile.label for tile in report.tiles],
        ),
        "rx_missing": Block(len(missing), 2, lambda at: [()] * len(missing), (), missing),
    }


def unused_charts(report: Report) -> list[str]:
    """No month with customers at its opening: no rate to draw."""
    return [] if any(figures.crr is not None for figures in report.shown) else ["rx_title_retention"]


def _short(month: str) -> str:
    day = first_day(month)
    return f"{MONTH_NAMES[day.month - 1][:3]} {day.year}"


def _day_name(day: date) -> str:
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def _or_na(value: float | None) -> float | str:
    return NOT_AVAILABLE if value is None else value


def _tiles(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    end = rows.last
    for i, tile in enumerate(report.tiles):
        this, last = at.cell(TILES, i, 0), at.cell(TILES, i, 1)
        last3 = span(rows.figure(tile.key, max(0, end - 2)), rows.figure(tile.key, end))
        target = setting(report, at, f"targets.{tile.key}")
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
            _trend(report, rows, tile.key),
        )


def _trend(report: Report, rows: Rows, key: str) -> Cell:
    values = [f.facts.closing / 100 if key == "mrr" else getattr(f, key) for f in report.shown]
    return trend(values, [rows.figure(key, month) for month in range(len(values))])


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


def _card_trend(report: Report, at: Addresses, row: int) -> Cell:
    drawn = _trend(report, Rows(report, at), report.tiles[row].key)
    return Cell(drawn.value, at.cell(TILES, row, COLUMNS.index("trend")))


def _card_status(report: Report, at: Addresses, row: int) -> Cell:
    """ "On target; month before 97.9 %" under the large number."""
    tile = report.tiles[row]
    sentence = Sentence().word(tile.status, at.cell(TILES, row, COLUMNS.index("status")))
    if tile.last_month is None:
        return sentence.cell()
    sentence.say("; month before ")
    last = at.cell(TILES, row, 1)
    if tile.unit == "fraction":
        return sentence.percent(tile.last_month, last).cell()
    return sentence.number(tile.last_month, last, 0 if tile.unit == "money" else 2).cell()


def _tile(report: Report, at: Addresses, key: str) -> tuple[Tile, str, str]:
    """A tile with the addresses of its figure and of its change."""
    row = next(i for i, tile in enumerate(report.tiles) if tile.key == key)
    return report.tiles[row], at.cell(TILES, row, 0), at.cell(TILES, row, COLUMNS.index("change"))


def _revenue_title(report: Report, at: Addresses) -> Content:
    tile, this, change = _tile(report, at, "mrr")
    if tile.this_month is None or tile.last_month is None:
        return f"{report.words.revenue} by month"
    delta = tile.this_month - tile.last_month
    moved = Sentence().either(delta >= 0, f"{change}>=0", ", up ", ", down ")
    moved.number(abs(delta), f"ABS({change})").say(" in the month")
    same = Sentence(", as in the month before")
    sentence = Sentence(f"{report.words.revenue} ").number(tile.this_month, this)
    return sentence.then(fixed(abs(delta), 0) == "0", f"ROUND(ABS({change}),0)=0", same, moved).cell()


def _retention_title(report: Report, at: Addresses) -> Content:
    tile, this, change = _tile(report, at, "crr")
    if tile.this_month is None or tile.last_month is None:
        return "Retention by month"
    points, cell = 100 * (tile.this_month - tile.last_month), f"100*{change}"
    moved = Sentence().either(points >= 0, f"{change}>=0", ", up ", ", down ")
    moved.number(abs(points), f"ABS({cell})", 1).say(" points")
    same = Sentence(", as in the month before")
    sentence = Sentence("Customers kept: ").percent(tile.this_month, this)
    return sentence.then(fixed(points, 1) == "0.0", f"ROUND({cell},1)=0", same, moved).cell()
