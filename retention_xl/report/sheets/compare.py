"""Compare: the same month under the published rules of others, and the steps from our figure to each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from retention_xl.report import profiles
from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.model import Report
from retention_xl.report.profiles import COLUMNS, CUSTOMERS, MONEY, Chain
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.wording import NOT_AVAILABLE, printed_unit

SHEET = "Compare"
TABLE, STEPS, COUNTS, NOTES = "rx_compare", "rx_compare_steps", "rx_compare_counts", "rx_compare_notes"
NOT_STATED = "-"
FIGURES = {
    "churn": ("Customer churn rate", "fraction"),
    "crr": ("Customers kept", "fraction"),
    "gross_churn": ("Gross revenue churn", "fraction"),
    "grr": ("Gross revenue retention (GRR)", "fraction"),
    "net_churn": ("Net revenue churn", "fraction"),
    "nrr": ("Net revenue retention (NRR)", "fraction"),
    "quick_ratio": ("Quick ratio", "ratio"),
    "cltv": ("Customer lifetime value", "money"),
}
ROWS = tuple(FIGURES)
# A product that states one of the two states the other: they make 100 %.
OTHER = {"churn": "crr", "gross_churn": "grr", "net_churn": "nrr"} | {
    "crr": "churn",
    "grr": "gross_churn",
    "nrr": "net_churn",
}
TERMS = (*CUSTOMERS, *MONEY)
TERM_LABELS = (
    *("Customers at the start", "New", "Returned", "Lost", "Customers at the end"),
    *("Came for the first time and went within it", "Came back, or went and came back, within it"),
    *("Revenue at the start", "New revenue", "Reactivation", "Expansion", "Contraction", "Churn"),
    *("Pauses and exchange rates", "Revenue at the end"),
    *("Revenue of who came for the first time and went", "Revenue of who came back, or went and came back"),
    "Check: the movements less the end",
)
_PLUS, _MINUS = ("opening_money", "new_money", "reactivation", "expansion", "apart"), ("contraction", "churn")


def unused_sheets(report: Report) -> list[str]:
    """The sheet itself for purchases, or where the days of service do not give our figures."""
    return [] if profiles.comparable(report.facts) else [SHEET]


def singles(report: Report) -> dict[str, Single]:
    """The message of the chart."""
    return {"rx_title_compare": Single(lambda at: _title(report, at))} if profiles.comparable(report.facts) else {}


def unused_charts(report: Report) -> list[str]:
    """No churn of ours to set beside that of others."""
    return [] if profiles.comparable(report.facts) and own(report, "churn") is not None else ["rx_title_compare"]


def blocks(report: Report) -> dict[str, Block]:
    """The figures by rule, the steps to each, the counts behind them, and what is left out."""
    if not profiles.comparable(report.facts):
        return {}
    steps = list(_steps(report))
    notes = list(_notes(report))
    columns = ["Month, lost at the end of what is paid", "Month, lost on the cancellation", "30 days, likewise"]
    return {
        TABLE: Block(
            len(FIGURES),
            1 + len(profiles.products()),
            lambda at: _table(report, at),
            ["Ours", *(product.name for product in profiles.products())],
            [label for label, _ in FIGURES.values()],
        ),
        STEPS: Block(
            len(steps),
            7,
            lambda at: [step(at) for _, step in steps],
            ["Figure", "Step", "Unit", "What changes", None, None, None],
            [label for label, _ in steps],
        ),
        COUNTS: Block(len(TERM_LABELS), len(COLUMNS), lambda at: _counts(report, at), columns, TERM_LABELS),
        NOTES: Block(len(notes), 2, lambda at: [(text, None) for _, text in notes], (), [who for who, _ in notes]),
    }


def check(at: Addresses) -> str:
    """What the movements of all columns miss of their closing."""
    gaps = span(*(at.cell(COUNTS, len(TERMS), j) for j in (0, len(COLUMNS) - 1)))
    return f"SUMPRODUCT((({gaps}>0)-({gaps}<0))*{gaps})"


def own(report: Report, figure: str) -> float | None:
    """Our figure of the month."""
    last = report.shown[-1]
    if figure in ("gross_churn", "net_churn"):
        kept = last.grr if figure == "gross_churn" else last.nrr
        return None if kept is None else 1 - kept
    found: float | None = getattr(last, figure)
    return found


def stated(report: Report, chain: Chain, steps: int | None = None) -> float | None:
    """The figure after so many steps (all of them), by the product's rule."""
    if steps == 0:
        return own(report, chain.figure)
    step = chain.steps[len(chain.steps) - 1 if steps is None else steps - 1]
    return profiles.value(step.rule, _terms(report, step.column))


def _terms(report: Report, column: str) -> Mapping[str, float | None]:
    assert report.facts.profiles is not None
    counts = report.facts.profiles.counts[COLUMNS.index(column)]
    return {**profiles.counted(counts), "our_churn": report.shown[-1].mean_churn}


def _own_formula(report: Report, at: Addresses, figure: str) -> str:
    rows = Rows(report, at)
    if figure in ("gross_churn", "net_churn"):
        kept = rows.rate("grr" if figure == "gross_churn" else "nrr", rows.last)
        return _complement(kept)
    return rows.rate(figure, rows.last)


def _complement(cell: str) -> str:
    return f'IF(ISTEXT({cell}),"{NOT_AVAILABLE}",1-{cell})'


def _or_na(value: float | None) -> float | str:
    return NOT_AVAILABLE if value is None else value


def _first_rows() -> dict[tuple[str, str], int]:
    """The row of our figure in the list of steps, by product and figure."""
    found, row = {}, 0
    for chain in profiles.chains():
        found[chain.product, chain.figure] = row
        row += 1 + len(chain.steps)
    return found


def _table(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    starts = _first_rows()
    by_place = {(chain.product, chain.figure): chain for chain in profiles.chains()}
    for figure in ROWS:
        cells: list[Content] = [Cell(_or_na(own(report, figure)), _own_formula(report, at, figure))]
        for j, product in enumerate(profiles.products(), 1):
            chain = by_place.get((product.key, figure))
            other = by_place.get((product.key, OTHER.get(figure, "")))
            if chain:
                row = starts[product.key, figure] + len(chain.steps)
                cells.append(Cell(_or_na(stated(report, chain)), at.cell(STEPS, row, 0)))
            elif other:
                known = stated(report, other)
                cell = at.cell(TABLE, ROWS.index(OTHER[figure]), j)
                cells.append(Cell(_or_na(None if known is None else 1 - known), _complement(cell)))
            else:
                cells.append(NOT_STATED)
        yield cells


def _steps(report: Report) -> Iterable[tuple[str, Callable[[Addresses], Sequence[Content]]]]:
    names = {product.key: product.name for product in profiles.products()}
    row = 0
    for chain in profiles.chains():
        label, unit = FIGURES[chain.figure]
        unit = printed_unit(unit, report.facts.currency)
        for number in range(len(chain.steps) + 1):
            place = row + number
            say = "ours" if not number else chain.steps[number - 1].say

            made = partial(_step, report, chain=chain, number=number, row=place, unit=unit, say=say)
            of = {
                0: f"{names[chain.product]}: {label[0].lower()}{label[1:]}",
                len(chain.steps): f"= {names[chain.product]}",
            }
            yield of.get(number, ""), made
        row += len(chain.steps) + 1


def _step(report: Report, at: Addresses, chain: Chain, number: int, row: int, unit: str, say: str) -> Sequence[Content]:
    now = stated(report, chain, number)
    if not number:
        return (Cell(_or_na(now), _own_formula(report, at, chain.figure)), None, unit, say)
    step, before = chain.steps[number - 1], stated(report, chain, number - 1)
    cells = {name: at.cell(COUNTS, i, COLUMNS.index(step.column)) for i, name in enumerate(TERMS)}
    rows = Rows(report, at)
    cells["our_churn"] = rows.rate("mean_churn", rows.last)
    here, above = at.cell(STEPS, row, 0), at.cell(STEPS, row - 1, 0)
    change = None if now is None or before is None else now - before
    return (
        Cell(_or_na(now), profiles.formula(step.rule, cells)),
        Cell(_or_na(change), f'IF(OR(ISTEXT({here}),ISTEXT({above})),"{NOT_AVAILABLE}",{here}-{above})'),
        unit,
        say,
    )


def _counts(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    """Our own column is the Bridge's; the others are counted from the days of service and the cancellations."""
    assert report.facts.profiles is not None
    columns = [profiles.counted(counts) for counts in report.facts.profiles.counts]
    rows = Rows(report, at)
    end = rows.last
    bridge = {
        **{name: rows.customers(name, end) for name in ("opening", "new", "returned", "closing")},
        "lost": f"-{rows.customers('lost', end)}",
        "opening_money": rows.revenue("opening", end),
        "new_money": rows.revenue("new", end),
        "reactivation": rows.revenue("reactivation", end),
        "expansion": rows.revenue("expansion", end),
        "contraction": f"-{rows.revenue('contraction', end)}",
        "churn": f"-{rows.revenue('churn', end)}",
        "apart": f"{rows.revenue('paused', end)}+{rows.revenue('fx', end)}",
        "closing_money": rows.revenue("closing", end),
    }
    for name in TERMS:
        first: Content = Cell(columns[0][name], bridge[name]) if name in bridge else columns[0][name]
        yield [first, *(column[name] for column in columns[1:])]
    checks = []
    for j in range(len(columns)):

        def cell(name: str, j: int = j) -> str:
            return at.cell(COUNTS, TERMS.index(name), j)

        moved = "+".join(map(cell, _PLUS)) + "".join(f"-{cell(name)}" for name in _MINUS)
        found = columns[j]
        gap = sum(found[n] for n in _PLUS) - sum(found[n] for n in _MINUS) - found["closing_money"]
        checks.append(Cell(round(gap, 2) or 0.0, f"ROUND({moved}-{cell('closing_money')},2)"))
    yield checks


def _notes(report: Report) -> Iterable[tuple[str, str]]:
    assert report.facts.profiles is not None
    if not report.facts.profiles.has_notices:
        told = "The ledger tells of no cancellations: lost on the cancellation is here lost at the end of what is paid."
        yield "This ledger", told
    for product in profiles.products():
        yield product.name, f"Stated in {product.source}."
        for note in product.notes:
            yield "", note


def _title(report: Report, at: Addresses) -> Content:
    """ "Customer churn of the same month: 2.1 % by our rule, 2.0 % to 2.9 % by the others"."""
    ours = own(report, "churn")
    places = [j for j, product in enumerate(profiles.products(), 1) if _churn_stated(product.key)]
    values = [_churn(report, profiles.products()[j - 1].key) for j in places]
    known = [value for value in values if value is not None]
    if ours is None or not known:
        return "Customer churn by rule"
    row = ROWS.index("churn")
    others = span(at.cell(TABLE, row, min(places)), at.cell(TABLE, row, max(places)))
    sentence = Sentence("The same month: customer churn ").percent(ours, at.cell(TABLE, row, 0)).say(" by our rule, ")
    low, high = f"MIN({others})", f"MAX({others})"
    apart = Sentence().percent(min(known), low).say(" to ").percent(max(known), high)
    same = Sentence().percent(max(known), high)
    alike = round(100 * min(known), 1) == round(100 * max(known), 1)
    sentence.then(alike, f"ROUND(100*{low},1)=ROUND(100*{high},1)", same, apart)
    return sentence.say(" by the others").cell()


def _churn_stated(product: str) -> bool:
    return any(chain.product == product and chain.figure in ("churn", "crr") for chain in profiles.chains())


def _churn(report: Report, product: str) -> float | None:
    for chain in profiles.chains():
        if chain.product == product and chain.figure in ("churn", "crr"):
            found = stated(report, chain)
            return found if found is None or chain.figure == "churn" else 1 - found
    return None
