"""At risk: who may leave, by how many signs; what that puts at stake, and in which way to treat each customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

from retention_xl.report.cells import Addresses, Block, Cell, Content, List, Single, span
from retention_xl.report.model import Report
from retention_xl.report.previous import Formula, Kept
from retention_xl.report.risk import DIGITS, HEADINGS, SEGMENTS, TABLE, AtRisk, Risk
from retention_xl.report.risk_wording import MEANINGS, advice, signs_in_words, without_data
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.live import CUSTOMERS
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import setting
from retention_xl.report.wording import NOT_AVAILABLE

SHEETS = ("At risk", "Signs of leaving")
SEGMENT_BLOCK, LIFETIME, NOTE = "rx_risk_segments", "rx_risk_lifetime", "rx_risk_note"
RULES, SIGNS = "rx_risk_rules", "rx_risk_signs"
_NAMED = 3
COUNT, REVENUE, SHARE, MEANING = range(4)  # columns of the block of segments
LISTED, MORE, AT_RISK, OTHERS, ALL = range(len(SEGMENTS), len(SEGMENTS) + 5)  # and its rows below the segments
COUNTS, LIMIT, WEIGHT = range(3)  # rows of the rules of the score


def unused_sheets(report: Report) -> list[str]:
    """Both sheets where nobody is at risk, or nothing can be told."""
    return [] if report.risk else list(SHEETS)


def singles(report: Report) -> dict[str, Single]:
    """The months that a customer stays, which bound an offer; and which signs could not be told."""
    risk = report.risk
    if risk is None:
        return {}
    return {LIFETIME: Single(partial(_lifetime, report, risk)), NOTE: Single(without_data(risk.signs))}


def blocks(report: Report) -> dict[str, Block]:
    """Customers by segment, the rules of the score, and what is known of each customer."""
    risk = report.risk
    if risk is None:
        return {}
    headings = [sign.heading for sign in risk.signs] + [f"Offer: {ground.heading}" for ground in risk.grounds]
    names = [customer.name for customer in risk.listed]
    return {
        SEGMENT_BLOCK: Block(
            ALL + 1,
            4,
            lambda at: _segments(report, risk, at),
            ["Customers", "Revenue a month", "Part of all", "Meaning"],
            [*SEGMENTS, "Listed below", "More, less exposed", "At risk", "Not at risk", "All customers"],
        ),
        RULES: Block(3, len(headings), lambda at: _rules(report, risk, at), headings, ["Counts", "Limit", "Weight"]),
        SIGNS: Block(len(names), len(headings), lambda at: _signs(risk, at), labels=names),
    }


def lists(report: Report) -> dict[str, List]:
    """One row a customer, the most exposed first."""
    risk = report.risk
    if risk is None:
        return {}
    added = _added(report)
    headings = (*HEADINGS, *added)
    return {TABLE: List(headings, len(risk.listed), lambda at: _with_added(report, risk, at), added=added)}


def _added(report: Report) -> dict[str, str]:
    """The columns that people added last month, with the column of ours whose look each takes."""
    previous = report.previous
    if previous is None:
        return {}
    looks = {}
    for heading in previous.at_risk_added:
        known = [value for row in previous.at_risk if (value := row.cells.get(heading)) is not None]
        dates = bool(known) and all(isinstance(value, date) for value in known)
        looks[heading] = "Next renewal" if dates else "What to do"
    return looks


def _with_added(report: Report, risk: Risk, at: Addresses) -> Iterable[Sequence[Content]]:
    """Each row with what people wrote about its customer in columns of their own."""
    added = _added(report)
    before = {row.text("Customer"): row for row in report.previous.at_risk} if report.previous else {}
    headings = (*HEADINGS, *added)
    for number, (customer, row) in enumerate(zip(risk.listed, _rows(report, risk, at), strict=True)):
        earlier = before.get(customer.name)
        kept = [None if earlier is None else earlier.cells.get(heading) for heading in added]
        yield [*row, *(_kept(at, number, headings, value) for value in kept)]


def _kept(at: Addresses, row: int, headings: Sequence[str], value: Kept) -> Content:
    """A formula finds the columns of its row by their headings; one that refers elsewhere keeps its result."""
    if not isinstance(value, Formula):
        return value
    if not value.pieces:
        return value.value
    pieces = (
        _near(at.cell(TABLE, row, headings.index(piece))) if i % 2 else piece for i, piece in enumerate(value.pieces)
    )
    return Cell(None, "".join(pieces))


def listed_revenue(at: Addresses) -> str:
    """The address of the revenue of all at risk and all others together."""
    return at.cell(SEGMENT_BLOCK, ALL, REVENUE)


def told(report: Report, at: Addresses) -> Content:
    """The sentence of the commentary: how many, how much, who first."""
    risk = report.risk
    assert risk is not None, "the sentence is made only where somebody is at risk"
    place = partial(at.cell, SEGMENT_BLOCK)
    closing = report.shown[-1].facts.closing / 100
    one = len(risk.every) == 1
    said = Sentence().number(len(risk.every), place(AT_RISK, COUNT))
    said.say(f" {'customer' if one else 'customers'} with ").number(risk.cents / 100, place(AT_RISK, REVENUE))
    said.say(f" of MRR {'shows' if one else 'show'} signs of leaving, ")
    said.percent(risk.cents / 100 / closing, place(AT_RISK, SHARE)).say(" of all")
    fought = [sum(c.revenue for c in risk.listed if c.segment == name) for name in ("Fight for", "Offer")]
    rows = [SEGMENTS.index("Fight for"), SEGMENTS.index("Offer")]
    worth = "+".join(place(row, REVENUE) for row in rows)
    some = Sentence("; ").number(sum(fought), f"({worth})").say(" of it is worth fighting for and ready to go")
    nothing = Sentence("; none of it is both worth fighting for and ready to go")
    said.then(sum(fought) > 0, f"({worth})>0", some, nothing).say(". Most exposed: ")
    for row, customer in enumerate(risk.listed[:_NAMED]):
        said.say(", " if row else "").word(customer.name, cell_of(at, row, "Customer")).say(" (")
        said.number(customer.revenue, cell_of(at, row, "Revenue a month")).say(")")
    return said.say(".").cell()


def cell_of(at: Addresses, row: int, heading: str) -> str:
    """The cell of a customer's row."""
    return at.cell(TABLE, row, HEADINGS.index(heading))


def _own(at: Addresses, row: int, heading: str) -> str:
    """The same, from a cell of the same row: so that it goes along when a person sorts the list."""
    return _near(cell_of(at, row, heading))


def _near(address: str) -> str:
    return address.rsplit("!", 1)[-1].replace("$", "")


def _lifetime(report: Report, risk: Risk, at: Addresses) -> Content:
    rows, longest = Rows(report, at), setting(report, at, "policy.cltv_months")
    churn = rows.rate("mean_churn", rows.last)
    return Cell(risk.lifetime, f"IF(ISTEXT({churn}),{longest},IF({churn}=0,{longest},MIN(1/{churn},{longest})))")


def _segments(report: Report, risk: Risk, at: Addresses) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    closing, whole = rows.revenue("closing", rows.last), report.shown[-1].facts.closing / 100
    segments, revenues = at.list_column(TABLE, "Segment"), at.list_column(TABLE, "Revenue a month")

    def line(row: int, customers: Content, revenue: Content, meaning: str) -> Sequence[Content]:
        value = revenue.value if isinstance(revenue, Cell) else revenue
        share = value / whole if isinstance(value, int | float) else None
        return customers, revenue, Cell(share, f"{at.cell(SEGMENT_BLOCK, row, REVENUE)}/{closing}"), meaning

    def added(first: int, last: int, column: int) -> str:
        return f"SUM({span(at.cell(SEGMENT_BLOCK, first, column), at.cell(SEGMENT_BLOCK, last, column))})"

    for row, segment in enumerate(SEGMENTS):
        own = [customer.revenue for customer in risk.listed if customer.segment == segment]
        label = at.cell(SEGMENT_BLOCK, row, -1)
        count, revenue = f"SUMPRODUCT(({segments}={label})*1)", f"SUMPRODUCT(({segments}={label})*1,{revenues})"
        yield line(row, Cell(len(own), count), Cell(round(sum(own), 2), revenue), MEANINGS[segment])
    listed = round(sum(customer.revenue for customer in risk.listed), 2)
    last = len(SEGMENTS) - 1
    yield line(
        LISTED, Cell(len(risk.listed), added(0, last, COUNT)), Cell(listed, added(0, last, REVENUE)), "The rows below."
    )
    yield line(MORE, risk.more, risk.more_cents / 100, "At risk too, not listed; see the number of rows in Settings.")
    everybody = len(risk.every)
    yield line(
        AT_RISK,
        Cell(everybody, added(LISTED, MORE, COUNT)),
        Cell(risk.cents / 100, added(LISTED, MORE, REVENUE)),
        "A score at or above the limit in Settings.",
    )
    yield line(OTHERS, risk.others, risk.others_cents / 100, "No sign, or too few of them.")
    total = (risk.cents + risk.others_cents) / 100
    yield line(
        ALL,
        Cell(everybody + risk.others, added(AT_RISK, OTHERS, COUNT)),
        Cell(total, added(AT_RISK, OTHERS, REVENUE)),
        "The closing on the Bridge; the Checks compare both.",
    )


def _rules(report: Report, risk: Risk, at: Addresses) -> Iterable[Sequence[Content]]:
    yield [*(sign.counts for sign in risk.signs), *["for an offer"] * len(risk.grounds)]
    yield [
        sign.limit
        if not sign.limit_key
        else Cell(sign.limit, f"{'100*' if sign.scale == 100 else ''}{setting(report, at, sign.limit_key)}")
        for sign in risk.signs
    ]
    values = report.settings.values()
    yield [Cell(values[sign.weight_key], setting(report, at, sign.weight_key)) for sign in risk.signs]


def _signs(risk: Risk, at: Addresses) -> Iterable[Sequence[Content]]:
    """What is known of each customer, then what of it speaks for an offer."""
    column = {sign.key: number for number, sign in enumerate(risk.signs)}
    for row, customer in enumerate(risk.listed):
        grounds = zip(risk.grounds, customer.grounds, strict=True)
        yield [*customer.signs, *(_ground(ground.key, known, row, column, at) for ground, known in grounds)]


def _ground(key: str, known: int | None, row: int, column: dict[str, int], at: Addresses) -> Content:
    """What speaks for an offer, from the signs of the same customer."""

    def fact(sign: str) -> str:
        return _near(at.cell(SIGNS, row, column[sign]))

    def limit(sign: str) -> str:
        return at.cell(RULES, LIMIT, column[sign])

    value = "" if known is None else known
    if key == "price":
        return known
    if key == "decision":
        if "renewal" not in column:
            return known
        decided = [f'{fact(sign)}<>""' for sign in ("notice", "payment") if sign in column]
        due = f'IF({fact("renewal")}="",0,IF({fact("renewal")}<={limit("renewal")},1,0))'
        return Cell(value, f"IF(OR({','.join(decided)}),0,{due})" if decided else due)
    if key == "engaged":
        there = [sign for sign in ("contact", "usage") if sign in column]
        unknown = ",".join(f'{fact(sign)}=""' for sign in there)
        active = ",".join(f'AND({fact(sign)}<>"",{fact(sign)}<{limit(sign)})' for sign in there)
        return Cell(value, f'IF(AND({unknown}),"",IF(OR({active}),1,0))')
    if key == "no_detractor":
        return Cell(value, f'IF({fact("detractor")}="","",IF({fact("detractor")}>{limit("detractor")},1,0))')
    return Cell(value, f'IF({fact("quote")}="","",1)')


def _rows(report: Report, risk: Risk, at: Addresses) -> Iterable[Sequence[Content]]:
    listed = {customer.name for customer in risk.listed}
    table = enumerate((report.facts.customers or ()) if report.by_customer else ())
    places = {customer.name: row for row, customer in table if customer.name in listed}
    month, rates = len(report.facts.window), Rows(report, at)
    arpa = rates.rate("arpa", rates.last)
    margin = setting(report, at, "policy.margin")
    limits = {key: setting(report, at, f"risk.{key}") for key in ("ready", "profitable", "accepts")}
    offer = {key: setting(report, at, f"offer.{key}") for key in ("save_probability", "months", "cost")}
    first, last = len(risk.signs), len(risk.signs) + len(risk.grounds) - 1  # columns of what speaks for an offer
    for row, customer in enumerate(risk.listed):
        own = {heading: _own(at, row, heading) for heading in HEADINGS}
        revenue = own["Revenue a month"]
        times = f"{revenue}*{own['Margin']}/({arpa}*{margin})"
        segment = (
            f"IF({own['Times typical']}<{limits['profitable']},"
            f'IF({own["Score"]}>={limits["ready"]},"Let go","Leave in peace"),'
            f'IF({own["Score"]}<{limits["ready"]},"Look after",'
            f'IF({own["Accepts an offer"]}>={limits["accepts"]},"Offer","Fight for")))'
        )
        largest = f"{revenue}*{own['Margin']}*{at.cell(LIFETIME)}*{offer['save_probability']}"
        worth = customer.largest_offer
        yield (
            customer.name,
            Cell(customer.segment, segment),
            Cell(customer.revenue, at.cell(CUSTOMERS, places[customer.name], month))
            if customer.name in places
            else customer.revenue,
            Cell(customer.exposed, f"{revenue}*{own['Score']}"),
            Cell(customer.score, _score(risk, at, row)),
            customer.renewal,
            customer.margin if customer.own_margin else Cell(customer.margin, margin),
            Cell(customer.profitability, f"IF({margin}=0,0,{times})"),
            Cell(customer.accepts, f"AVERAGE({_part(at, SIGNS, row, first, last)})"),
            Cell(
                NOT_AVAILABLE if worth is None else worth,
                f'IF({own["Margin"]}>=1,"{NOT_AVAILABLE}",{largest})',
            ),
            _pays(customer, own, offer),
            signs_in_words(risk.signs, customer),
            advice(customer),
        )


def _part(at: Addresses, block: str, row: int, first: int, last: int) -> str:
    return span(at.cell(block, row, first), at.cell(block, row, last))


def _score(risk: Risk, at: Addresses, row: int) -> str:
    """The weights of the signs that count, added up."""
    last = len(risk.signs) - 1
    facts = _part(at, SIGNS, row, 0, last)
    counts, limit, weight = (_part(at, RULES, rule, 0, last) for rule in (COUNTS, LIMIT, WEIGHT))
    reached = f'(({counts}="from")*({facts}>={limit})+({counts}="up to")*({facts}<={limit}))'
    return f'ROUND(MIN(1,SUMPRODUCT(({facts}<>"")*{reached}*{weight})),{DIGITS})'


def _pays(customer: AtRisk, own: dict[str, str], offer: dict[str, str]) -> Cell:
    """Whether an offer to a customer who would likely accept it costs no more than it brings."""
    told, worth = "", customer.largest_offer
    if customer.segment == "Offer":
        told = NOT_AVAILABLE if worth is None else "no" if worth < customer.usual_offer else "yes"
    largest, usual = own["Largest offer"], f"{own['Revenue a month']}*{offer['months']}+{offer['cost']}"
    judged = f'IF(ISTEXT({largest}),"{NOT_AVAILABLE}",IF({largest}<{usual},"no","yes"))'
    return Cell(told, f'IF({own["Segment"]}="Offer",{judged},"")')
