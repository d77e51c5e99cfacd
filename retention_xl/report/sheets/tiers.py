"""Tiers: customer retention by band of opening revenue, the DRR that follows, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.build import READINGS
from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.model import Report
from retention_xl.report.sheets.bridge import Rows, interval_formula
from retention_xl.report.sheets.live import live
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import setting
from retention_xl.report.wording import NOT_AVAILABLE, quoted

TIERS = "rx_tiers"
RESULT = "rx_tiers_result"
FROM, TO, CUSTOMERS, KEPT, CRR, LOW, HIGH, OPENING, SHARE = range(9)
RESULT_ROWS = ("customers", "opening", "crr", "tiered", "direct", "error")


def unused_charts(report: Report) -> list[str]:
    """Nobody was there at the opening."""
    return [] if any(row.customers for row in report.tiers.rows) else ["rx_title_tiers"]


def blocks(report: Report) -> dict[str, Block]:
    """One row a tier, then the result of all tiers."""
    rows = report.tiers.rows
    return {
        TIERS: Block(
            len(rows),
            9,
            lambda at: _tiers(report, at),
            [
                "From",
                "Up to",
                "At opening",
                "Kept",
                "CRR",
                "Low",
                "High",
                f"Opening {report.words.revenue_inside}",
                "Weight",
            ],
            [f"Tier {i + 1}" for i in range(len(rows))],
        ),
        RESULT: Block(
            len(RESULT_ROWS),
            2,
            lambda at: _result(report, at),
            ["All tiers", "How"],
            [
                f"Opening {report.words.customers}",
                f"Opening {report.words.revenue_inside}",
                "Customer retention (CRR)",
                "DRR by tiers",
                "DRR, direct",
                "Tiering error",
            ],
        ),
    }


def singles(report: Report) -> dict[str, Single]:
    """The reading of CRR against DRR."""
    return {
        "rx_tiers_reading": Single(lambda at: _reading(report, at)),
        "rx_title_tiers": Single(lambda at: _title(report, at)),
    }


def column(report: Report, at: Addresses, number: int) -> str:
    """The cells of one column over all tiers."""
    last = len(report.tiers.rows) - 1
    return span(at.cell(TIERS, 0, number), at.cell(TIERS, last, number))


def result(at: Addresses, key: str) -> str:
    """The cell of one of the results."""
    return at.cell(RESULT, RESULT_ROWS.index(key), 0)


def _tiers(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    source = live(report, at)
    single_month = len(report.facts.months) < 2
    for i, tier in enumerate(report.tiers.rows):
        low, high = at.cell(TIERS, i, FROM), at.cell(TIERS, i, TO) if tier.high is not None else None
        count, kept, rate = (at.cell(TIERS, i, j) for j in (CUSTOMERS, KEPT, CRR))

        def fact(name: str, value: float, i: int = i, low: str = low, high: str | None = high) -> Content:
            return value if single_month else Cell(value, source.tier(name, i, low, high))

        interval = tier.interval or (None, None)
        yield (
            Cell(tier.low, setting(report, at, f"tiers.edge_{i}")) if i else 0,
            Cell(tier.high, at.cell(TIERS, i + 1, FROM)) if tier.high is not None else "no limit",
            fact("customers", tier.customers),
            fact("kept", tier.kept),
            Cell(_or_na(tier.crr), f'IF({count}=0,"{NOT_AVAILABLE}",{kept}/{count})'),
            Cell(_or_na(interval[0]), interval_formula(report, at, rate, count, "-")),
            Cell(_or_na(interval[1]), interval_formula(report, at, rate, count, "+")),
            fact("opening", tier.opening),
            Cell(
                _or_na(tier.share),
                f'IF(SUM({column(report, at, OPENING)})=0,"{NOT_AVAILABLE}",'
                f"{at.cell(TIERS, i, OPENING)}/SUM({column(report, at, OPENING)}))",
            ),
        )


def _or_na(value: float | None) -> float | str:
    return NOT_AVAILABLE if value is None else value


def _result(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    tiers = report.tiers
    rows = Rows(report, at)
    opening = sum(row.opening for row in tiers.rows)
    yield Cell(sum(row.customers for row in tiers.rows), f"SUM({column(report, at, CUSTOMERS)})"), "sum of the tiers"
    yield Cell(opening, f"SUM({column(report, at, OPENING)})"), "sum of the tiers"
    yield Cell(_or_na(tiers.crr), rows.rate("crr", rows.last)), "from the Bridge"
    # kept / customers of each tier, weighted by its opening revenue; a tier without customers weighs nothing
    parts = [
        f"IF({at.cell(TIERS, i, CUSTOMERS)}=0,0,{at.cell(TIERS, i, CRR)}*{at.cell(TIERS, i, OPENING)})"
        for i in range(len(tiers.rows))
    ]
    yield (
        Cell(
            _or_na(tiers.drr),
            f'IF({result(at, "opening")}=0,"{NOT_AVAILABLE}",({"+".join(parts)})/{result(at, "opening")})',
        ),
        "CRR of each tier, weighted by its opening revenue (article 000)",
    )
    yield (
        Cell(_or_na(tiers.direct), rows.rate("drr", rows.last)),
        "opening revenue of the customers kept / opening revenue",
    )
    error = None if tiers.drr is None or tiers.direct is None else tiers.drr - tiers.direct
    a, b = result(at, "tiered"), result(at, "direct")
    yield (
        Cell(_or_na(error), f'IF(OR(ISTEXT({a}),ISTEXT({b})),"{NOT_AVAILABLE}",{a}-{b})'),
        "what the method of tiers is off; more tiers make it smaller",
    )


def _reading(report: Report, at: Addresses) -> Cell:
    crr, drr, gap = result(at, "crr"), result(at, "direct"), setting(report, at, "policy.tier_gap")
    return Cell(
        report.tiers.reading,
        f"IF(OR(ISTEXT({crr}),ISTEXT({drr})),{quoted(READINGS['nothing'])},"
        f"IF({drr}-{crr}>{gap},{quoted(READINGS['revenue'])},"
        f"IF({crr}-{drr}>{gap},{quoted(READINGS['customers'])},{quoted(READINGS['alike'])})))",
    )


def _title(report: Report, at: Addresses) -> Content:
    """ "Tier 4 holds 50.3 % of opening MRR; 100.0 % of its customers stayed", of the heaviest tier."""
    rows = report.tiers.rows
    i = max(range(len(rows)), key=lambda i: (rows[i].opening, -i))
    share, crr = rows[i].share, rows[i].crr
    if share is None or crr is None:
        return "Customers kept and weight by tier"
    sentence = Sentence(f"Tier {i + 1} holds ").percent(share, at.cell(TIERS, i, SHARE))
    sentence.say(f" of opening {report.words.revenue_inside}; ").percent(crr, at.cell(TIERS, i, CRR))
    return sentence.say(f" of its {report.words.customers} stayed").cell()
