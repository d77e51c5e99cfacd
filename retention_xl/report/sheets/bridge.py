"""Bridge: opening to closing revenue and customers, month by month, with the rates that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.model import MonthFigures, Report
from retention_xl.report.sheets.live import live
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import setting, z_value
from retention_xl.report.wording import NOT_AVAILABLE, first_day, month_name

REVENUE = "rx_bridge_revenue"
CUSTOMERS = "rx_bridge_customers"
RATES = "rx_bridge_rates"
WATERFALL = "rx_waterfall"

# Row keys; losses are shown negative. The formulas below refer to rows by these keys.
REVENUE_ROWS = (
    "opening",
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "paused",
    "fx",
    "closing",
    "gap",
)
# Of a pause and of exchange rates: with their own sign, and shown only where a month has one.
SIGNED_KINDS = {"paused": "Paused, less resumed", "fx": "Exchange rates"}
CUSTOMER_ROWS = ("opening", "new", "returned", "lost", "closing", "kept", "expanded", "contracted")
RATE_ROWS = (
    "crr",
    "crr_low",
    "crr_high",
    "churn",
    "drr",
    "grr",
    "nrr",
    "quick_ratio",
    "arpa",
    "arr",
    "mean_churn",
    "cltv",
)


class Rows:
    """Addresses of the bridge's cells by row key and month."""

    def __init__(self, report: Report, at: Addresses) -> None:
        self._at = at
        self.last = len(report.shown) - 1

    def revenue(self, key: str, month: int) -> str:
        return self._at.cell(REVENUE, REVENUE_ROWS.index(key), month)

    def customers(self, key: str, month: int) -> str:
        return self._at.cell(CUSTOMERS, CUSTOMER_ROWS.index(key), month)

    def rate(self, key: str, month: int) -> str:
        return self._at.cell(RATES, RATE_ROWS.index(key), month)

    def figure(self, key: str, month: int) -> str:
        """A figure of the first page by its tile key."""
        return self.revenue("closing", month) if key == "mrr" else self.rate(key, month)


def blocks(report: Report) -> dict[str, Block]:
    """The four blocks of the sheet."""
    months = len(report.shown)
    headings = [first_day(f.facts.month) for f in report.shown]
    w = report.words
    return {
        REVENUE: Block(
            len(REVENUE_ROWS),
            months,
            lambda at: _revenue(report, at),
            headings,
            [
                f"Opening {w.revenue_inside}",
                f"New {w.customers}",
                "Reactivation",
                "Expansion",
                "Contraction",
                "Churn",
                *SIGNED_KINDS.values(),
                f"Closing {w.revenue_inside}",
                "Check: closing less customer table",
            ],
            unused=[REVENUE_ROWS.index(key) for key in SIGNED_KINDS if not any(_signed(report, key))],
        ),
        CUSTOMERS: Block(
            len(CUSTOMER_ROWS),
            months,
            lambda at: _customers(report, at),
            headings,
            [
                f"Opening {w.customers}",
                "New",
                "Returned",
                "Lost",
                f"Closing {w.customers}",
                "Kept (of the opening)",
                "Expanded",
                "Contracted",
            ],
        ),
        RATES: Block(
            len(RATE_ROWS),
            months,
            lambda at: _rates(report, at),
            headings,
            [
                "Customer retention rate (CRR)",
                "   interval, low",
                "   interval, high",
                "Churn rate",
                "Dollar retention rate (DRR)",
                "Gross revenue retention (GRR)",
                "Net revenue retention (NRR)",
                "Quick ratio",
                "Revenue per customer (ARPA)" if w.revenue == "MRR" else "Revenue per buyer",
                "Annual run rate (ARR, 12 x MRR)" if w.revenue == "MRR" else "12 x revenue of the month",
                "Churn rate, mean of 12 months",
                "Customer lifetime value (CLTV)",
            ],
        ),
        WATERFALL: Block(
            len(_STEPS) + 1,
            7,
            lambda at: _waterfall(report, at),
            ["Base", "Gain", "Loss", "Net", "Base below zero", "Loss below zero", "Net below zero"],
            ["New", "Reactivation", "Expansion", "Contraction", "Churn", *SIGNED_KINDS.values(), "Net change"],
            unused=[i for i, (key, sign) in enumerate(_STEPS) if not sign and not _signed(report, key)[-1]],
        ),
    }


def singles(report: Report) -> dict[str, Single]:
    """The message that titles the waterfall chart."""
    return {"rx_title_waterfall": Single(lambda at: _waterfall_title(report, at))}


def unused_charts(report: Report) -> list[str]:
    """Nothing moved: no bars."""
    return [] if report.movers.lines else ["rx_title_waterfall"]


def _revenue(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    source, rows = live(report, at), Rows(report, at)
    months = range(len(report.shown))

    def fact(key: str, sign: int) -> list[Content]:
        cells: list[Content] = []
        for i in months:
            formula = source.month(key, i) if key not in SIGNED_KINDS or any(_signed(report, key)) else None
            amount = sign * getattr(report.shown[i].facts, key) / 100 or 0.0
            cells.append(amount if formula is None else Cell(amount, formula if sign > 0 else f"-({formula})"))
        return cells

    yield fact("opening", 1)
    for key in ("new", "reactivation", "expansion"):
        yield fact(key, 1)
    for key in ("contraction", "churn"):
        yield fact(key, -1)
    for key in SIGNED_KINDS:
        yield fact(key, 1)
    closing, gaps = [], []
    for i in months:
        f = report.shown[i].facts
        moved = (f.opening + f.new + f.reactivation + f.expansion - f.contraction - f.churn + f.paused + f.fx) / 100
        closing.append(Cell(moved, f"SUM({span(rows.revenue('opening', i), rows.revenue('fx', i))})"))
        gaps.append(
            Cell(moved - f.closing / 100, f"ROUND({rows.revenue('closing', i)}-({source.month('closing', i)}),2)")
        )
    yield closing
    yield gaps


def _customers(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    source, rows = live(report, at), Rows(report, at)
    for fact in ("opening_customers", "new_customers", "reactivated_customers", "lost_customers"):
        sign = -1 if fact == "lost_customers" else 1
        yield [_count(source.month(fact, i), sign * _fact(f, fact), sign) for i, f in enumerate(report.shown)]
    yield [
        Cell(
            f.facts.closing_customers,
            f"SUM({span(rows.customers('opening', i), rows.customers('lost', i))})",
        )
        for i, f in enumerate(report.shown)
    ]
    for fact in ("kept_customers", "expanded_customers", "contracted_customers"):
        yield [_count(source.month(fact, i), _fact(f, fact), 1) for i, f in enumerate(report.shown)]


def _fact(figures: MonthFigures, fact: str) -> int:
    return figures.kept_customers if fact == "kept_customers" else int(getattr(figures.facts, fact))


def _count(formula: str | None, count: int, sign: int) -> Content:
    return count if formula is None else Cell(count, formula if sign > 0 else f"-({formula})")


def _rates(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    months = range(len(report.shown))
    shown = report.shown

    def divided(part: str, whole: str) -> str:
        return f'IF({whole}=0,"{NOT_AVAILABLE}",({part})/{whole})'

    def row(values: list[float | None], formulas: list[str]) -> list[Content]:
        return [Cell(NOT_AVAILABLE if v is None else v, f) for v, f in zip(values, formulas, strict=True)]

    opened = [rows.customers("opening", i) for i in months]
    opening = [rows.revenue("opening", i) for i in months]
    yield row([f.crr for f in shown], [divided(rows.customers("kept", i), opened[i]) for i in months])
    for bound, sign in enumerate("-+"):
        values = [None if f.interval is None else f.interval[bound] for f in shown]
        yield row(values, [interval_formula(report, at, rows.rate("crr", i), opened[i], sign) for i in months])
    yield row([f.churn for f in shown], [divided("-" + rows.customers("lost", i), opened[i]) for i in months])
    source = live(report, at)
    yield row([f.drr for f in shown], [divided(source.month("kept_opening", i) or "0", opening[i]) for i in months])
    lost = [f"{rows.revenue('contraction', i)}+{rows.revenue('churn', i)}" for i in months]
    yield row([f.grr for f in shown], [divided(f"{opening[i]}+{lost[i]}", opening[i]) for i in months])
    expanded = [rows.revenue("expansion", i) for i in months]
    yield row([f.nrr for f in shown], [divided(f"{opening[i]}+{expanded[i]}+{lost[i]}", opening[i]) for i in months])
    won = [f"SUM({span(rows.revenue('new', i), rows.revenue('expansion', i))})" for i in months]
    yield row([f.quick_ratio for f in shown], [divided(won[i], f"(-({lost[i]}))") for i in months])
    closed = [rows.customers("closing", i) for i in months]
    yield row([f.arpa for f in shown], [divided(rows.revenue("closing", i), closed[i]) for i in months])
    yield [Cell(f.arr, f"12*{rows.revenue('closing', i)}") for i, f in enumerate(shown)]
    yield [_mean_churn(report, rows, i) for i in months]
    yield row([f.cltv for f in shown], [_cltv(rows, at, report, i) for i in months])


def interval_formula(report: Report, at: Addresses, rate: str, count: str, sign: str) -> str:
    """One end of the Wilson score interval of a rate over `count` customers."""
    z = z_value(report, at)
    return (
        f'IF({count}=0,"{NOT_AVAILABLE}",({rate}+{z}^2/(2*{count}){sign}'
        f"{z}*SQRT({rate}*(1-{rate})/{count}+{z}^2/(4*{count}^2)))/(1+{z}^2/{count}))"
    )


def _mean_churn(report: Report, rows: Rows, month: int) -> Content:
    """The mean over this and up to 11 months before that are on the sheet."""
    figures = report.shown[month]
    last12 = span(rows.rate("churn", max(0, month - 11)), rows.rate("churn", month))
    value = NOT_AVAILABLE if figures.mean_churn is None else figures.mean_churn
    return Cell(value, f'IF(COUNT({last12})=0,"{NOT_AVAILABLE}",AVERAGE({last12}))')


def _cltv(rows: Rows, at: Addresses, report: Report, month: int) -> str:
    arpa, churn = rows.rate("arpa", month), rows.rate("mean_churn", month)
    margin, months = setting(report, at, "policy.margin"), setting(report, at, "policy.cltv_months")
    value = f"IF({churn}=0,{arpa}*{margin}*{months},{arpa}*{margin}*(1-(1-{churn})^{months})/{churn})"
    return f'IF(OR(ISTEXT({arpa}),ISTEXT({churn})),"{NOT_AVAILABLE}",{value})'


# 0: the step may be a gain or a loss; its bar has the colour of the net change
_STEPS = (
    ("new", 1),
    ("reactivation", 1),
    ("expansion", 1),
    ("contraction", -1),
    ("churn", -1),
    ("paused", 0),
    ("fx", 0),
)


def _waterfall(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    """The month's movements as stacked bars from zero: an invisible base, then the visible part, both sides of zero."""
    rows = Rows(report, at)
    last = report.shown[-1].facts
    running, running_formula = 0.0, "0"
    for key, sign in _STEPS:
        step = (sign or 1) * getattr(last, key) / 100
        after = running + step
        cell = rows.revenue(key, rows.last)
        after_formula = f"({running_formula}+{cell})" if running_formula != "0" else cell
        low, high = min(running, after), max(running, after)
        if sign:
            low_f, high_f = (running_formula, after_formula) if sign > 0 else (after_formula, running_formula)
        else:
            low_f, high_f = (f"{f}({running_formula},{after_formula})" for f in ("MIN", "MAX"))
        above, below = max(0.0, high) - max(0.0, low), min(0.0, low) - min(0.0, high)
        yield [
            Cell(max(0.0, low), f"MAX(0,{low_f})"),
            *(Cell(above, f"MAX(0,{high_f})-MAX(0,{low_f})") if sign == shown else 0 for shown in (1, -1, 0)),
            Cell(min(0.0, high), f"MIN(0,{high_f})"),
            *(Cell(below, f"MIN(0,{low_f})-MIN(0,{high_f})") if sign == shown else 0 for shown in (-1, 0)),
        ]
        running, running_formula = after, after_formula
    yield [
        0,
        0,
        0,
        Cell(max(0.0, running), f"MAX(0,{running_formula})"),
        0,
        0,
        Cell(min(0.0, running), f"MIN(0,{running_formula})"),
    ]


def _signed(report: Report, key: str) -> list[int]:
    return [getattr(figures.facts, key) for figures in report.shown]


def _waterfall_title(report: Report, at: Addresses) -> Cell:
    rows, last = Rows(report, at), report.shown[-1].facts
    sentence = Sentence(f"{month_name(last.month)}: {report.words.revenue_inside} from ")
    sentence.number(last.opening / 100, rows.revenue("opening", rows.last)).say(" to ")
    sentence.number(last.closing / 100, rows.revenue("closing", rows.last))
    return sentence.say(f" {report.facts.currency}".rstrip()).cell()
