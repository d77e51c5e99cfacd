"""Revenue kept from the customers held at the opening: one row a customer, recurring revenue at both ends."""

from __future__ import annotations

from bisect import bisect_right
from itertools import compress
from math import fsum

from retention_xl.metrics.cells import base_is_zero, impossible, shown
from retention_xl.metrics.checks import check_recurring
from retention_xl.metrics.spec import metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GROUP = "Revenue"


def check_pairs(opening_mrr: list[float], closing_mrr: list[float]) -> None:
    """Refuse recurring revenue below 0 at either end."""
    check_recurring("opening_mrr", opening_mrr)
    check_recurring("closing_mrr", closing_mrr)


def opening_base(opening_mrr: list[float], closing_mrr: list[float]) -> float:
    """The sum of the opening, which every rate is a share of."""
    check_pairs(opening_mrr, closing_mrr)
    return base_of(opening_mrr)


def base_of(opening_mrr: list[float]) -> float:
    """The sum of the opening, which is not 0."""
    base = fsum(opening_mrr)
    if base == 0:
        raise base_is_zero("opening_mrr adds up to 0; there is no revenue to keep.")
    return base


def lost_revenue(opening_mrr: list[float], closing_mrr: list[float]) -> float:
    """What customers pay less at the closing than at the opening, those who left all of it."""
    pairs = zip(opening_mrr, closing_mrr, strict=True)
    return fsum([before - after for before, after in pairs if after < before])


def held(opening_mrr: list[float], closing_mrr: list[float]) -> tuple[list[tuple[float, float]], float]:
    """Opening and closing revenue of every customer held at the opening, and the sum of the opening: the base."""
    base = opening_base(opening_mrr, closing_mrr)
    return [(before, after) for before, after in zip(opening_mrr, closing_mrr, strict=True) if before], base


@metric
def drr(opening_mrr: list[float], closing_mrr: list[float], tier_edges: list[float] | None = None) -> float:
    """Dollar retention rate: the share of opening revenue whose customers stayed; what they pay now does not count.

    With tier_edges the method of article 000: customers are put into tiers by their opening revenue, and the CRR of
    every tier is weighted by the tier's opening revenue. The more tiers, the nearer it comes to the direct figure.

    Parameters:
        opening_mrr (column of amounts; money a month): Recurring revenue of each customer at the opening; 0 if none.
        closing_mrr (column of amounts; money a month): Recurring revenue of the same customers at the closing.
        tier_edges (numbers; money a month): Where the next tier begins, rising: {250,1000} makes three tiers.
    Returns:
        number: fraction between 0 and 1.
    Formula:
        sum of opening_mrr of customers with closing_mrr > 0 / sum of opening_mrr;
        with tiers, sum over tiers of CRR x opening_mrr / sum of opening_mrr
    Errors:
        #DIV/0!: there is no opening revenue.
        #NUM!: an amount is negative, or tier_edges do not rise from 0 on.
        #VALUE!: an amount is text, or the columns are not equally long.
    Examples:
        =DRR({100;50;50},{80;0;60}) gives 0.75
        >>> drr([100, 50, 50], [80, 0, 60])
        0.75
        >>> drr([100, 50, 50], [80, 0, 60], [75])
        0.75
        >>> drr([100, 60, 40], [80, 0, 60], [75])
        0.75

    Source:
        Article 000.
    """
    if tier_edges is None:
        base = opening_base(opening_mrr, closing_mrr)
        return fsum(compress(opening_mrr, closing_mrr)) / base
    pairs, base = held(opening_mrr, closing_mrr)
    return tiered_rate(tiers_of(pairs, tier_edges), base)


def tiers_of(pairs: list[tuple[float, float]], tier_edges: list[float]) -> list[tuple[float, int, int, float]]:
    """Every tier: where it begins, its customers, those kept, its opening revenue."""
    edges = tier_edges[1:] if tier_edges and tier_edges[0] == 0 else tier_edges
    if any(later <= earlier for earlier, later in zip([0.0, *edges], edges, strict=False)):
        raise impossible(f"tier_edges ({', '.join(map(shown, tier_edges))}) must rise from 0 on.")
    members: list[list[tuple[float, float]]] = [[] for _ in range(len(edges) + 1)]
    for before, after in pairs:
        members[bisect_right(edges, before)].append((before, after))
    return [
        (begin, len(tier), sum(1 for _, after in tier if after), fsum(before for before, _ in tier))
        for begin, tier in zip([0.0, *edges], members, strict=True)
    ]


def tiered_rate(tiers: list[tuple[float, int, int, float]], base: float) -> float:
    """The CRR of every tier weighted by its opening revenue."""
    return fsum(kept / customers * revenue for _, customers, kept, revenue in tiers if customers) / base


@metric
def drr_tiers(
    opening_mrr: list[float], closing_mrr: list[float], tier_edges: list[float]
) -> list[list[float | str | None]]:
    """Dollar retention rate tier by tier: which sizes of customers stay, and what the tiers make of the whole.

    A tier without customers has no rate. The tiering error is the tiered rate less the direct one of DRR without tiers.

    Parameters:
        opening_mrr (column of amounts; money a month): Recurring revenue of each customer at the opening; 0 if none.
        closing_mrr (column of amounts; money a month): Recurring revenue of the same customers at the closing.
        tier_edges (numbers; money a month): Where the next tier begins, rising: {250,1000} makes three tiers.
    Returns:
        table: headings From, To, Customers, Kept, CRR, Opening revenue, Share, Tiering error; a row for every tier; in
            the last row the total, with DRR in the column CRR.
    Formula:
        CRR = kept / customers; DRR = sum of CRR x opening revenue / sum of opening revenue
    Errors:
        #DIV/0!: there is no opening revenue.
        #NUM!: an amount is negative, or tier_edges do not rise from 0 on.
        #VALUE!: an amount is text, or the columns are not equally long.
    Examples:
        =INDEX(DRR_TIERS({100;50;50},{80;0;60},{75}),4,5) gives 0.75
        >>> for row in drr_tiers([100, 50, 50], [80, 0, 60], [75]):
        ...     print(row)
        ['From', 'To', 'Customers', 'Kept', 'CRR', 'Opening revenue', 'Share', 'Tiering error']
        [0, 75, 2, 1, 0.5, 100.0, 0.5, None]
        [75, None, 1, 1, 1.0, 100.0, 0.5, None]
        ['Total', None, 3, 2, 0.75, 200.0, 1.0, 0.0]

    Source:
        Article 000.
    """
    pairs, base = held(opening_mrr, closing_mrr)
    tiers = tiers_of(pairs, tier_edges)
    table: list[list[float | str | None]] = [
        ["From", "To", "Customers", "Kept", "CRR", "Opening revenue", "Share", "Tiering error"]
    ]
    upper: list[float | None] = [*(begin for begin, *_ in tiers[1:]), None]
    for (begin, customers, kept, revenue), until in zip(tiers, upper, strict=True):
        rate = kept / customers if customers else None
        table.append([begin or 0, until, customers, kept, rate, revenue, revenue / base, None])
    tiered = tiered_rate(tiers, base)
    direct = fsum(before for before, after in pairs if after) / base
    kept_in_all = sum(kept for _, _, kept, _ in tiers)
    table.append(["Total", None, len(pairs), kept_in_all, tiered, base, 1.0, tiered - direct])
    return table


@metric
def grr(opening_mrr: list[float], closing_mrr: list[float]) -> float:
    """Gross revenue retention: the share of opening revenue kept, growth of customers left out; never above 1.

    Parameters:
        opening_mrr (column of amounts; money a month): Recurring revenue of each customer at the opening; 0 if none.
        closing_mrr (column of amounts; money a month): Recurring revenue of the same customers at the closing.
    Returns:
        number: fraction between 0 and 1.
    Formula:
        sum of the smaller of opening_mrr and closing_mrr / sum of opening_mrr, over customers with opening_mrr > 0
    Errors:
        #DIV/0!: there is no opening revenue.
        #NUM!: an amount is negative.
        #VALUE!: an amount is text, or the columns are not equally long.
    Examples:
        =GRR({100;100;0},{80;150;40}) gives 0.9
        >>> grr([100, 100, 0], [80, 150, 40])
        0.9

    Source:
        Article 002; SaaS Metrics Standards Board: (start - contraction - churn) / start.
    """
    # The sum of the smaller of both is the opening without what was lost, and few customers lose anything.
    base = opening_base(opening_mrr, closing_mrr)
    return (base - lost_revenue(opening_mrr, closing_mrr)) / base


@metric
def nrr(opening_mrr: list[float], closing_mrr: list[float]) -> float:
    """Net revenue retention: what the customers held at the opening pay at the closing, as a share of what they paid.

    New customers and customers who came back count neither above nor below the line.

    Parameters:
        opening_mrr (column of amounts; money a month): Recurring revenue of each customer at the opening; 0 if none.
        closing_mrr (column of amounts; money a month): Recurring revenue of the same customers at the closing.
    Returns:
        number: fraction; above 1 where expansion is larger than what was lost.
    Formula:
        sum of closing_mrr / sum of opening_mrr, over customers with opening_mrr > 0
    Errors:
        #DIV/0!: there is no opening revenue.
        #NUM!: an amount is negative.
        #VALUE!: an amount is text, or the columns are not equally long.
    Examples:
        =NRR({100;100;0},{80;150;40}) gives 1.15
        >>> nrr([100, 100, 0], [80, 150, 40])
        1.15

    Source:
        Article 002; SaaS Metrics Standards Board: (start + expansion - contraction - churn) / start.
    """
    base = opening_base(opening_mrr, closing_mrr)
    return fsum(compress(closing_mrr, opening_mrr)) / base


@metric
def mrr_churn(opening_mrr: list[float], closing_mrr: list[float], kind: str = "gross") -> float:
    """Revenue churn: the share of opening revenue that was lost, before or after the growth of those who stayed.

    Parameters:
        opening_mrr (column of amounts; money a month): Recurring revenue of each customer at the opening; 0 if none.
        closing_mrr (column of amounts; money a month): Recurring revenue of the same customers at the closing.
        kind (gross | net | lost): "gross", unless told: 1 - GRR. "net": 1 - NRR. "lost": only customers who left.
    Returns:
        number: fraction; net churn is negative where revenue grew.
    Formula:
        1 - GRR, 1 - NRR, or sum of opening_mrr of customers with closing_mrr 0 / sum of opening_mrr
    Errors:
        #DIV/0!: there is no opening revenue.
        #NUM!: an amount is negative.
        #VALUE!: an amount is text, the columns are not equally long, or kind is none of the three.
    Examples:
        =MRR_CHURN({50;30;20},{60;20;10},"net") gives 0.1
        >>> mrr_churn([10, 20, 70], [0, 10, 80]), mrr_churn([10, 20, 70], [0, 10, 80], "net")
        (0.2, 0.1)

    Source:
        ChartMogul help 203359341 (gross 20 %, net 10 % of 100 with 10 lost, 10 less and 10 more).
    """
    base = opening_base(opening_mrr, closing_mrr)
    if kind == "gross":
        return lost_revenue(opening_mrr, closing_mrr) / base
    pairs = zip(opening_mrr, closing_mrr, strict=True)
    if kind == "net":
        return fsum([before - after for before, after in pairs if before]) / base
    return fsum([before for before, after in pairs if not after]) / base


@metric
def mrr_bridge(
    opening_mrr: list[float], closing_mrr: list[float], known_before: list[bool] | None = None
) -> list[list[Any]]:
    """The bridge from opening to closing revenue: new, reactivation, expansion, contraction, churn; it adds up.

    Parameters:
        opening_mrr (column of amounts; money a month): Recurring revenue of each customer at the opening; 0 if none.
        closing_mrr (column of amounts; money a month): Recurring revenue of the same customers at the closing.
        known_before (column of flags): TRUE where the customer paid at some time before the opening. Without it
            whoever has no opening revenue is new.
    Returns:
        table: seven rows of label and amount, without headings: Opening, New, Reactivation, Expansion, Contraction,
            Churn, Closing; contraction and churn are negative, so that the first six add up to the last.
    Formula:
        opening + new + reactivation + expansion + contraction + churn = closing
    Errors:
        #NUM!: an amount is negative.
        #VALUE!: an amount is text, or the columns are not equally long.
    Examples:
        =INDEX(MRR_BRIDGE({100;50;0},{120;0;30}),2,2) gives 30
        >>> for label, amount in mrr_bridge([100, 50, 0, 0], [120, 0, 30, 10], [True, True, False, True]):
        ...     print(label, amount)
        Opening 150.0
        New 30.0
        Reactivation 10.0
        Expansion 20.0
        Contraction 0.0
        Churn -50.0
        Closing 160.0

    Source:
        The movements of ChartMogul and Stripe Billing.
    """
    check_pairs(opening_mrr, closing_mrr)
    moves: dict[str, list[float]] = {"New": [], "Reactivation": [], "Expansion": [], "Contraction": [], "Churn": []}
    known = known_before if known_before is not None else [False] * len(opening_mrr)
    for before, after, paid_earlier in zip(opening_mrr, closing_mrr, known, strict=True):
        if after > before:
            move = "Expansion" if before else "Reactivation" if paid_earlier else "New"
        else:
            move = "Contraction" if after else "Churn"
        moves[move].append(after - before)
    rows: list[list[Any]] = [["Opening", fsum(opening_mrr)]]
    rows += [[label, fsum(amounts)] for label, amounts in moves.items()]
    closing = 0.0
    for _, amount in rows:  # running down the rows, so that a reader's total agrees with it to the last digit
        closing += amount
    rows.append(["Closing", closing])
    return rows


def change(opening_mrr: list[float], closing_mrr: list[float], direction: int, kind: str) -> float:
    """Growth (direction 1) or shrinkage (-1) of the customers who stay: amount, count, or rate of the opening."""
    check_pairs(opening_mrr, closing_mrr)
    changes = [
        (after - before) * direction
        for before, after in zip(opening_mrr, closing_mrr, strict=True)
        if before and after and (after - before) * direction > 0
    ]
    if kind == "count":
        return len(changes)
    if kind == "rate":
        return fsum(changes) / held(opening_mrr, closing_mrr)[1]
    return fsum(changes)


@metric
def expansion(opening_mrr: list[float], closing_mrr: list[float], kind: str = "amount") -> float:
    """Growth of customers who stay: how much more they pay, how many of them, or as a share of opening revenue.

    Parameters:
        opening_mrr (column of amounts; money a month): Recurring revenue of each customer at the opening; 0 if none.
        closing_mrr (column of amounts; money a month): Recurring revenue of the same customers at the closing.
        kind (amount | count | rate): "amount", unless told: money. "count": customers. "rate": share of the opening.
    Returns:
        number: money a month, customers, or a fraction.
    Formula:
        sum of closing_mrr - opening_mrr over customers with 0 < opening_mrr < closing_mrr
    Errors:
        #DIV/0!: a rate is asked for and there is no opening revenue.
        #NUM!: an amount is negative.
        #VALUE!: an amount is text, the columns are not equally long, or kind is none of the three.
    Examples:
        =EXPANSION({100;100;0},{80;150;40}) gives 50
        >>> expansion([100, 100, 0], [80, 150, 40]), expansion([100, 100, 0], [80, 150, 40], "rate")
        (50.0, 0.25)

    Source:
        Article 002; the movements of ChartMogul.
    """
    return change(opening_mrr, closing_mrr, 1, kind)


@metric
def contraction(opening_mrr: list[float], closing_mrr: list[float], kind: str = "amount") -> float:
    """Shrinkage of customers who stay: how much less they pay, how many of them, or as a share of opening revenue.

    Parameters:
        opening_mrr (column of amounts; money a month): Recurring revenue of each customer at the opening; 0 if none.
        closing_mrr (column of amounts; money a month): Recurring revenue of the same customers at the closing.
        kind (amount | count | rate): "amount", unless told: money. "count": customers. "rate": share of the opening.
    Returns:
        number: money a month as a positive number, customers, or a fraction.
    Formula:
        sum of opening_mrr - closing_mrr over customers with 0 < closing_mrr < opening_mrr
    Errors:
        #DIV/0!: a rate is asked for and there is no opening revenue.
        #NUM!: an amount is negative.
        #VALUE!: an amount is text, the columns are not equally long, or kind is none of the three.
    Examples:
        =CONTRACTION({100;100;0},{80;150;40}) gives 20
        >>> contraction([100, 100, 0], [80, 150, 40]), contraction([100, 100, 0], [80, 150, 40], "count")
        (20.0, 1)

    Source:
        Article 002 (contraction events).
    """
    return change(opening_mrr, closing_mrr, -1, kind)
