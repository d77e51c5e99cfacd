"""Commentary: what moved and why, in sentences; each figure refers to the cell of the sheet that is named beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from retention_xl.report.cells import Addresses, Block, Cell, Content, span
from retention_xl.report.effects import effects
from retention_xl.report.model import Report
from retention_xl.report.movements import KINDS, Mover, Movers
from retention_xl.report.sheets import at_risk, cohorts, experience_commentary, movers
from retention_xl.report.sheets import effects as effect_cells
from retention_xl.report.sheets.bridge import REVENUE, REVENUE_ROWS, Rows
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import setting, z_number, z_value
from retention_xl.report.wording import fiscal_months, fiscal_quarter, fixed, month_name

NAME, LARGEST = "rx_commentary", "rx_largest"
SAID, WHERE = range(2)
CUSTOMER, CHANGE, SHARE = range(3)
NAMED = 3  # customers of each kind of movement

Making = Callable[[Report, Addresses], Content]


def blocks(report: Report) -> dict[str, Block]:
    """The sentences under their headings, and the customers with the largest movements of each kind."""
    said = _sentences(report)
    heads = [group if i == 0 or said[i - 1][0] != group else None for i, (group, _, _, _) in enumerate(said)]
    largest = _largest_rows(report.movers)
    kinds = [m.kind if i == 0 or largest[i - 1].kind != m.kind else None for i, m in enumerate(largest)]
    return {
        NAME: Block(
            len(said),
            2,
            lambda at: [(make(report, at), where) for _, _, where, make in said],
            ["What moved, and why", "Figures on"],
            heads,
        ),
        LARGEST: Block(
            max(1, len(largest)),
            3,
            lambda at: _largest_cells(at, report.movers, largest) if largest else [()],
            ["Customer", "Change", "Share of its kind"],
            kinds or ["Nobody's revenue moved"],
        ),
    }


def sentence(report: Report, at: Addresses, key: str) -> Content:
    """One of the sentences, for another sheet to show; "" where this month has no such sentence."""
    for row, (_, name, _, make) in enumerate(_sentences(report)):
        if name == key:
            content = make(report, at)
            return Cell(content.value if isinstance(content, Cell) else content, at.cell(NAME, row, SAID))
    return ""


def _sentences(report: Report) -> list[tuple[str, str, str, Making]]:
    """Heading, key, sheets with the figures, and how it is made, of each sentence that this month has."""
    last = report.shown[-1].facts
    with_before = len(report.shown) > 1
    rates = with_before and report.shown[-1].grr is not None and report.shown[-2].grr is not None
    gross = last.new + last.reactivation + last.expansion + last.contraction + last.churn
    largest = _largest_rows(report.movers)
    split = bool(effects(report))
    has = {
        "moved": True,
        "net": gross > 0 and last.opening > 0,
        "year": len(report.shown) > 12 and report.shown[-13].facts.closing > 0,
        "fiscal": bool(_fiscal_opening(report)),
        "stayed": last.opening_customers > 0,
        "lost_size": last.lost_customers > 0,
        "interval": last.opening_customers >= report.settings.number("policy.small_cohort")
        and report.settings["targets.crr"] is not None,
        "grr": rates,
        "nrr": rates,
        "effects": split,
        "tier": any(round(tier.of_rate) for tier in effects(report)[:-1]),
        "largest": True,
        **{kind: any(m.kind == kind for m in largest) for kind in KINDS},
        "cohorts": _cohort_groups(report) is not None,
        "at_risk": report.risk is not None,
    }
    revenue, stayed, kept, behind = "Revenue", "Who stayed", "Revenue kept", "Customers behind it"
    every: list[tuple[str, str, str, Making]] = [
        (revenue, "moved", "Bridge", _moved),
        (revenue, "net", "Bridge", _net),
        (revenue, "year", "Bridge", _year),
        (revenue, "fiscal", "Bridge", _fiscal),
        (stayed, "stayed", "Bridge", _stayed),
        (stayed, "interval", "Bridge, Settings", _interval),
        (stayed, "lost_size", "Bridge", _lost_size),
        (kept, "grr", "Bridge", _grr),
        (kept, "nrr", "Bridge", _nrr),
        (kept, "effects", "Tiers", _effects),
        (kept, "tier", "Tiers", _tier),
        (behind, "largest", "Movers", partial(_largest, largest)),
        *((behind, kind, "Movers", partial(_behind, kind)) for kind in reversed(KINDS)),
        ("Cohorts", "cohorts", "Cohorts customers", _cohorts),
        ("Who may leave", "at_risk", "At risk", at_risk.told),
    ]
    return [*(entry for entry in every if has[entry[1]]), *experience_commentary.sentences(report)]


def _moved(report: Report, at: Addresses) -> Cell:
    rows, last, words = Rows(report, at), report.shown[-1].facts, report.words
    said = Sentence(f"{words.revenue} closed the month at ")

    def amount(cents: int, key: str, sign: str = "") -> Sentence:
        return said.number(cents / 100, sign + rows.revenue(key, rows.last))

    amount(last.closing, "closing").say(" after an opening of ")
    amount(last.opening, "opening")
    after = ": "
    for verb, sign, movements in (
        ("brought", "", {"new": f"new {words.customers}", "reactivation": "returning ones", "expansion": "expansion"}),
        ("took", "-", {"contraction": "contraction", "churn": f"lost {words.customers}"}),
    ):
        met = [(key, label) for key, label in movements.items() if getattr(last, key)]
        for place, (key, label) in enumerate(met):  # what did not happen is not told
            said.say((" and " if sign else ", ") if place else after)
            said.say(f"{label} " if place else f"{label} {verb} ")
            amount(getattr(last, key), key, sign)
            after = "; "
    for key, label in (("paused", "pauses"), ("fx", "rates of exchange")):
        if cents := getattr(last, key):
            said.say(f"; {label} ").either(cents > 0, f"{rows.revenue(key, rows.last)}>0", "gave ", "took ")
            said.number(abs(cents) / 100, f"ABS({rows.revenue(key, rows.last)})")
    return said.say(".").cell()


def _net(report: Report, at: Addresses) -> Cell:
    """The net of all movements, and the largest gain and loss among them."""
    rows, last = Rows(report, at), report.shown[-1].facts
    closing, opening = rows.revenue("closing", rows.last), rows.revenue("opening", rows.last)
    net = last.closing - last.opening
    moved = Sentence("Together that is ").number(abs(net) / 100, f"ABS({closing}-{opening})")
    moved.either(net >= 0, f"{closing}>={opening}", " more", " less").say(" than at the opening (")
    moved.percent(abs(net) / last.opening, f"ABS({closing}-{opening})/{opening}").say(" of it)")
    even = fixed(abs(net) / 100, 0) == "0"
    said = Sentence().then(even, f"ROUND(ABS({closing}-{opening}),0)=0", Sentence("Together that is nothing"), moved)
    labels = {
        "new": f"new {report.words.customers}",
        **{key: key for key in ("reactivation", "expansion", "contraction", "churn")},
    }
    parts = (
        ("gain", "MAX", ("new", "reactivation", "expansion"), ""),
        ("loss", "MIN", ("contraction", "churn"), "-"),
    )
    for word, function, keys, sign in parts:
        amounts = [getattr(last, key) for key in keys]
        if not max(amounts):
            continue
        cells = span(rows.revenue(keys[0], rows.last), rows.revenue(keys[-1], rows.last))
        names = span(*(at.cell(REVENUE, REVENUE_ROWS.index(key), -1) for key in (keys[0], keys[-1])))
        largest = keys[amounts.index(max(amounts))]
        said.say(f"; the largest {word} is ")
        said.word(labels[largest], f"LOWER(INDEX({names},MATCH({function}({cells}),{cells},0)))").say(", ")
        said.number(max(amounts) / 100, f"{sign}{function}({cells})")
    return said.say(".").cell()


def _year(report: Report, at: Addresses) -> Cell:
    rows = Rows(report, at)
    now, ago = report.shown[-1].facts.closing, report.shown[-13].facts.closing
    now_cell, ago_cell = rows.revenue("closing", rows.last), rows.revenue("closing", rows.last - 12)
    said = Sentence("A year ago it stood at ").number(ago / 100, ago_cell).say("; it has ")
    said.either(now >= ago, f"{now_cell}>={ago_cell}", "grown", "shrunk").say(" by ")
    return said.percent(abs(now / ago - 1), f"ABS({now_cell}/{ago_cell}-1)").say(" since.").cell()


def _fiscal_opening(report: Report) -> int:
    """How many months ago the fiscal year began; 0 where it is the calendar year or not all of it is shown."""
    start = report.facts.policies.fiscal_year_start
    months = fiscal_months(report.month, start)
    return months if start > 1 and months <= len(report.shown) else 0


def _fiscal(report: Report, at: Addresses) -> Cell:
    rows, months = Rows(report, at), _fiscal_opening(report)
    first = report.shown[-months].facts
    year = fiscal_quarter(report.month, report.facts.policies.fiscal_year_start).split()[0]
    said = Sentence(f"{year} so far, from {month_name(first.month)}: from ")
    said.number(first.opening / 100, rows.revenue("opening", rows.last - months + 1)).say(" to ")
    said.number(report.shown[-1].facts.closing / 100, rows.revenue("closing", rows.last)).say(
        f"; {report.words.customers} lost in it: "
    )
    lost = span(rows.customers("lost", rows.last - months + 1), rows.customers("lost", rows.last))
    said.number(sum(f.facts.lost_customers for f in report.shown[-months:]), f"-SUM({lost})", 0)
    return said.say(".").cell()


def _stayed(report: Report, at: Addresses) -> Cell:
    """Kept of opening, and whether the change on the month before is more than chance."""
    rows, now = Rows(report, at), report.shown[-1]
    end, opening = rows.last, now.facts.opening_customers
    kept_cell, opening_cell = rows.customers("kept", end), rows.customers("opening", end)
    noun = report.words.customers
    said = Sentence("Of ").number(opening, opening_cell)
    said.either(opening == 1, f"{opening_cell}=1", f" {noun.removesuffix('s')}", f" {noun}").say(" at the opening, ")
    said.number(now.kept_customers, kept_cell).say(" stayed")
    before = report.shown[-2] if end else None
    if before is None or now.crr is None or before.crr is None:
        return said.say(".").cell()
    said.say(" (CRR ").percent(now.crr, rows.rate("crr", end)).say("; ")
    said.percent(before.crr, rows.rate("crr", end - 1)).say(" the month before); the change is ")
    return _judged(
        report,
        at,
        said,
        (before.kept_customers, before.facts.opening_customers, now.kept_customers, opening),
        (rows.customers("kept", end - 1), rows.customers("opening", end - 1), kept_cell, opening_cell),
    ).cell()


def _judged(
    report: Report, at: Addresses, said: Sentence, counts: tuple[int, int, int, int], cells: tuple[str, str, str, str]
) -> Sentence:
    """Whether two rates, kept of all, differ by more than chance alone explains (two-proportion z test)."""
    k0, n0, k1, n1 = counts
    pooled = (k0 + k1) / (n0 + n1)
    error = (pooled * (1 - pooled) * (1 / n0 + 1 / n1)) ** 0.5
    a, b, c, d = (f"({cell})" for cell in cells)
    pool = f"(({a}+{c})/({b}+{d}))"
    test = f"ABS({c}/{d}-{a}/{b})>{z_value(report, at)}*SQRT({pool}*(1-{pool})*(1/{b}+1/{d}))"
    real = abs(k1 / n1 - k0 / n0) > z_number(report) * error
    return said.either(real, test, "more than chance alone explains.", "within chance.")


def _interval(report: Report, at: Addresses) -> Cell:
    """What one month can say about the target."""
    rows, figures = Rows(report, at), report.shown[-1]
    low, high = figures.interval or (0.0, 0.0)
    target = report.settings.number("targets.crr")
    low_cell, high_cell = rows.rate("crr_low", rows.last), rows.rate("crr_high", rows.last)
    target_cell = setting(report, at, "targets.crr")
    said = Sentence(f"With so many {report.words.customers}, CRR of one month is known to lie between ")
    said.percent(low, low_cell).say(" and ").percent(high, high_cell).say("; the target of ")
    said.percent(target, target_cell)
    inside = low <= target <= high
    return said.either(
        inside,
        f"AND({target_cell}>={low_cell},{target_cell}<={high_cell})",
        " lies there too, so this month alone does not show whether it is met.",
        " does not, so the distance to it is not chance.",
    ).cell()


def _lost_size(report: Report, at: Addresses) -> Cell:
    """Whether large or small customers were lost."""
    rows, last, words = Rows(report, at), report.shown[-1].facts, report.words
    end = rows.last
    count, paid = f"(-{rows.customers('lost', end)})", f"(-{rows.revenue('churn', end)})"
    opened, opening = rows.customers("opening", end), rows.revenue("opening", end)
    lost, every = last.churn / last.lost_customers / 100, last.opening / last.opening_customers / 100
    if last.lost_customers == 1:
        said = Sentence("The only one lost had paid ").number(lost, f"{paid}/{count}").say("; the average at the ")
        return said.say("opening was ").number(every, f"{opening}/{opened}").say(".").cell()
    said = Sentence("The ").number(last.lost_customers, count).say(f" {words.customers} lost had paid ")
    said.number(lost, f"{paid}/{count}").say(" each on average, against ")
    said.number(every, f"{opening}/{opened}").say(" of all at the opening: the losses are among the ")
    return (
        said.either(
            round(lost, 2) < round(every, 2),
            f"ROUND({paid}/{count},2)<ROUND({opening}/{opened},2)",
            "smaller",
            "larger",
        )
        .say(" ones.")
        .cell()
    )


def _part(report: Report, at: Addresses, said: Sentence, key: str, sign: int) -> Sentence:
    """ "0.4 % of the opening, 0.7 points less" of one movement against the month before."""
    rows = Rows(report, at)
    shares, cells = [], []
    for back in (1, 0):
        facts, month = report.shown[-1 - back].facts, rows.last - back
        shares.append(getattr(facts, key) / facts.opening)
        cells.append(f"{'-' if sign < 0 else ''}{rows.revenue(key, month)}/{rows.revenue('opening', month)}")
    before, now = shares
    change = f"({cells[1]}-({cells[0]}))"
    said.percent(now, f"({cells[1]})").say(" of the opening, ")
    moved = Sentence().number(100 * abs(now - before), f"100*ABS{change}", 1).say(" points ")
    moved.either(round(now - before, 6) >= 0, f"ROUND{change[:-1]},6)>=0", "more", "less")
    same = fixed(100 * abs(now - before), 1) == "0.0"
    return said.then(same, f"ROUND(100*ABS{change},1)=0", Sentence("as in the month before"), moved)


def _happened(report: Report, key: str) -> bool:
    """Whether a movement is worth a word: it happened this month or the month before."""
    return any(getattr(figures.facts, key) for figures in report.shown[-2:])


def _rate(report: Report, at: Addresses, said: Sentence, key: str) -> Sentence:
    rows = Rows(report, at)
    before, now = (getattr(figures, key) for figures in report.shown[-2:])
    said.percent(now, rows.rate(key, rows.last)).say(" after ")
    return said.percent(before, rows.rate(key, rows.last - 1)).say(" the month before")


def _grr(report: Report, at: Addresses) -> Cell:
    said = _rate(report, at, Sentence("Gross revenue retention is "), "grr")
    lost = [key for key in ("churn", "contraction") if _happened(report, key)]
    for place, key in enumerate(lost):
        said.say(f", and {key} " if place else f": {key} took ")
        _part(report, at, said, key, -1)
    return said.say(".").cell()


def _nrr(report: Report, at: Addresses) -> Cell:
    said = _rate(report, at, Sentence("Net revenue retention is "), "nrr")
    if not _happened(report, "expansion"):
        return said.say(".").cell()
    return _part(report, at, said.say(": on top of that, expansion gave back "), "expansion", 1).say(".").cell()


def _effects(report: Report, at: Addresses) -> Cell:
    """The change in kept opening revenue, split in three."""
    total, row = effects(report)[-1], len(effects(report)) - 1

    def place(column: int) -> str:
        return at.cell(effect_cells.EFFECTS, row, column)

    change = total.kept - total.kept_before
    difference = f"({place(effect_cells.KEPT)}-{place(effect_cells.KEPT_BEFORE)})"
    said = Sentence("Of the opening, ").number(total.kept, place(effect_cells.KEPT))
    said.say(f" belongs to {report.words.customers} who stayed, ")
    moved = Sentence().number(abs(change), f"ABS{difference}")
    moved.either(change >= 0, f"{difference}>=0", " more", " less").say(" than the month before")
    same = Sentence("as in the month before")
    said.then(fixed(abs(change), 0) == "0", f"ROUND(ABS{difference},0)=0", same, moved)
    parts = (
        ("the size of the opening", total.of_size, effect_cells.OF_SIZE),
        ("the rates within the tiers", total.of_rate, effect_cells.OF_RATE),
        ("the mix of tiers", total.of_mix, effect_cells.OF_MIX),
    )
    before = ": "
    for words, value, column in parts:
        if round(value):  # an effect of nothing is not told
            said.say(f"{before}{words} {'makes ' if before == ': ' else ''}")
            said.either(value > 0, f"{place(column)}>0", "+", "-").number(abs(value), f"ABS({place(column)})")
            before = ", "
    return said.say(".").cell()


def _tier(report: Report, at: Addresses) -> Cell:
    """The tier whose rate changed the total the most."""
    *each, _ = effects(report)
    row = max(range(len(each)), key=lambda i: (round(abs(each[i].of_rate), 2), -i))
    tier = each[row]

    def place(column: int) -> str:
        return at.cell(effect_cells.EFFECTS, row, column)

    said = Sentence("The rate moved most in ").word(f"Tier {row + 1}", place(-1)).say(": there ")
    said.percent(tier.rate, place(effect_cells.RATE)).say(" of what was paid at the opening stayed after ")
    said.percent(tier.rate_before, place(effect_cells.RATE_BEFORE)).say(" the month before, which ")
    said.either(round(tier.of_rate, 2) >= 0, f"ROUND({place(effect_cells.OF_RATE)},2)>=0", "adds ", "costs ")
    return said.number(abs(tier.of_rate), f"ABS({place(effect_cells.OF_RATE)})").say(".").cell()


def _largest_rows(moved: Movers) -> list[Mover]:
    """The largest movements of each kind, losses first."""
    return [mover for kind in reversed(KINDS) for mover in moved.of(kind)[:NAMED]]


def _largest_cells(at: Addresses, moved: Movers, largest: Sequence[Mover]) -> Iterator[Sequence[Content]]:
    """Looked up by name, so that the list may be sorted."""
    names, changes = at.list_column(movers.TABLE, "Customer"), at.list_column(movers.TABLE, "Change")
    kinds = at.list_column(movers.TABLE, "Kind")
    for i, mover in enumerate(largest):
        total = moved.total(mover.kind)
        of_kind = at.cell(movers.BY_KIND, KINDS.index(mover.kind), 1)
        kind = at.cell(movers.BY_KIND, KINDS.index(mover.kind), -1)
        yield (
            mover.name,
            Cell(mover.change, f"SUMPRODUCT(({names}={at.cell(LARGEST, i, CUSTOMER)})*({kinds}={kind}),{changes})"),
            Cell(mover.change / total if total else 0, f"IF({of_kind}=0,0,{at.cell(LARGEST, i, CHANGE)}/{of_kind})"),
        )


def _largest(largest: Sequence[Mover], report: Report, at: Addresses) -> Content:
    """The largest loss and the largest gain by name."""
    rows = list(enumerate(largest))
    said = Sentence()
    for word, sign in (("loss", -1), ("gain", 1)):
        found = [(i, row) for i, row in rows if row.change * sign > 0]
        if not found:
            continue
        i, row = max(found, key=lambda item: (item[1].change * sign, -item[0]))
        said.say(f"Largest {word}: ").word(row.name, at.cell(LARGEST, i, CUSTOMER))
        said.say(f", {row.kind.lower()}, ").number(abs(row.change), f"ABS({at.cell(LARGEST, i, CHANGE)})").say(". ")
    return said.cell() if said else "Nobody's revenue moved this month."


_KIND_WORDS = {"New": "New", "Reactivation": "Returned", "Expansion": "Expanded", "Contraction": "Contracted"}


def _behind(kind: str, report: Report, at: Addresses) -> Cell:
    """Who moved the most of one kind, and what part of it that is."""
    rows = [(i, mover) for i, mover in enumerate(_largest_rows(report.movers)) if mover.kind == kind]
    every = report.movers.of(kind)
    said = Sentence(f"{_KIND_WORDS.get(kind, 'Lost')}: ")
    for place, (i, mover) in enumerate(rows):
        said.say(", " if place else "").word(mover.name, at.cell(LARGEST, i, CUSTOMER)).say(" (")
        said.number(abs(mover.change), f"ABS({at.cell(LARGEST, i, CHANGE)})").say(")")
    total = report.movers.total(kind)
    if len(every) == len(rows) or not total:
        return said.say("; nobody else.").cell()
    share = span(at.cell(LARGEST, rows[0][0], SHARE), at.cell(LARGEST, rows[-1][0], SHARE))
    said.say(": together ").percent(sum(mover.change for _, mover in rows) / total, f"SUM({share})")
    said.say(f" of the {'new revenue' if kind == 'New' else kind.lower()} of all ")
    return (
        said.number(len(every), at.cell(movers.BY_KIND, KINDS.index(kind), 0)).say(f" {report.words.customers}.").cell()
    )


def _cohort_groups(report: Report) -> tuple[int, range, range] | None:
    """An age, the rows of the newest cohorts that reached it, and those of the older ones; None: too few to compare."""
    rows = report.cohorts.rows
    # The ledger's first month holds everybody who was there already: no cohort of new customers.
    first = 1 if rows and rows[0].cohort == report.facts.months[0] and report.facts.nature == "recurring" else 0
    smallest = report.settings.number("policy.small_cohort")
    for age in (3, 2, 1):
        reached = sum(len(row.customers) > age for row in rows)
        newest, older = range(max(first, reached - 3), reached), range(first, max(first, reached - 3))
        if all(sum(rows[i].customers[0] for i in group) >= smallest for group in (newest, older)) and older:
            return age, newest, older
    return None


def _cohorts(report: Report, at: Addresses) -> Cell:
    """Whether the newest cohorts are kept as well as the older ones were at the same age."""
    found = _cohort_groups(report)
    assert found is not None, "the sentence is made only where cohorts can be compared"
    age, newest, older = found
    rows = report.cohorts.rows
    sizes = [sum(rows[i].customers[0] for i in group) for group in (older, newest)]
    kept = [sum(rows[i].customers[age] for i in group) for group in (older, newest)]

    def total(group: range, column: int) -> str:
        ends = (at.cell(cohorts.CUSTOMERS, i, column) for i in (group[0], group[-1]))
        return f"SUM({span(*ends)})"

    size_cells = [total(group, cohorts.SIZE) for group in (older, newest)]
    kept_cells = [total(group, cohorts.FIRST_AGE + age) for group in (older, newest)]
    first, last = (month_name(rows[i].cohort) for i in (newest[0], newest[-1]))
    said = Sentence(f"Of the {report.words.customers} who started ")
    said.say(f"from {first} to {last}, " if len(newest) > 1 else f"in {first}, ")
    said.percent(kept[1] / sizes[1], f"{kept_cells[1]}/{size_cells[1]}")
    said.say(f" were active {age} month{'s' if age > 1 else ''} later; of the older cohorts it had been ")
    said.percent(kept[0] / sizes[0], f"{kept_cells[0]}/{size_cells[0]}").say(". The difference is ")
    return _judged(
        report,
        at,
        said,
        (kept[0], sizes[0], kept[1], sizes[1]),
        (kept_cells[0], size_cells[0], kept_cells[1], size_cells[1]),
    ).cell()
