"""Trust: figures that tie to the ledger, money that is worth spending, and functions that explain themselves."""

from __future__ import annotations

from retention_xl.metrics.cells import nothing_yet, shown
from retention_xl.metrics.checks import check_fraction, check_not_negative
from retention_xl.metrics.spec import CATALOGUE, metric

GROUP = "Trust"


@metric
def tie_out(total: float, control_total: float, tolerance: float = 0.005) -> float:
    """Whether two totals agree: their difference where it is beyond rounding, else 0.

    Parameters:
        total (number; money): The total that is tested.
        control_total (number; money): The total of the ledger or another source that it must equal.
        tolerance (number; money): The largest difference that is taken as rounding, 0.005 unless told.
    Returns:
        number: money; 0 where the totals tie.
    Formula:
        total - control_total where its size is above tolerance, else 0
    Errors:
        #NUM!: tolerance is negative.
        #VALUE!: a total is text.
    Examples:
        =TIE_OUT(1000.5,1000) gives 0.5
        >>> tie_out(1000.5, 1000), tie_out(1000.004, 1000)
        (0.5, 0.0)

    Source:
        Control totals as auditors use them.
    """
    check_not_negative(tolerance=tolerance)
    difference = total - control_total
    return difference if abs(difference) > tolerance else 0.0


@metric
def incentive_max(mrr: float, margin: float, lifetime: float, save_probability: float) -> float:
    """The largest one-off offer worth making to a customer who is about to leave: beyond it the offer loses money.

    Parameters:
        mrr (number; money a month): What the customer pays.
        margin (number; fraction): Gross margin.
        lifetime (number; months): How long a customer who is saved is expected to stay.
        save_probability (number; fraction): How likely the offer is to keep a customer who would otherwise leave.
    Returns:
        number: money, once.
    Formula:
        mrr x margin x lifetime x save_probability
    Errors:
        #NUM!: mrr or lifetime is negative, or margin or save_probability is not between 0 and 1.
    Examples:
        =INCENTIVE_MAX(200,0.8,20,0.25) gives 800
        >>> incentive_max(200, 0.8, 20, 0.25)
        800.0

    Source:
        Article 001, action A06: incentives only where their cost is below their benefit.
    """
    check_not_negative(mrr=mrr, lifetime=lifetime)
    check_fraction(margin=margin, save_probability=save_probability)
    return mrr * margin * lifetime * save_probability


@metric
def explain(function_name: str) -> list[list[str]]:
    """What a function of this pack means: definition, arguments, formula, errors, source and a worked example.

    Parameters:
        function_name (text): Its name as in a cell, such as "CRR"; upper or lower case.
    Returns:
        table: two columns without headings, label and text: Function, Definition, one row for every argument, Returns,
            Formula, one row for every error, Example, Gives, Source. A text that goes on has a row without a label.
    Formula:
        what the catalogue says of the function
    Errors:
        #N/A: there is no function of this name.
        #VALUE!: more than one name is given.
    Examples:
        =INDEX(EXPLAIN("CRR"),1,2) gives "CRR(opening, closing, [new_customers])"
        >>> for label, text in explain("arr"):
        ...     print(f"{label}: {text}")
        Function: ARR(mrr)
        Definition: Annual recurring revenue: twelve times the monthly.
        mrr: Monthly recurring revenue. (number; money a month)
        Returns: number: money a year.
        Formula: 12 x mrr
        #NUM!: mrr is negative.
        Example: =ARR(1000)
        Gives: 12000
        Source: Article 002; the usual definition.

    Source:
        The catalogue of this pack.
    """
    name = function_name.upper().removeprefix("=").partition("(")[0]
    if name not in CATALOGUE:
        raise nothing_yet(f"there is no function {shown(function_name)}; there are {', '.join(CATALOGUE)}.")
    spec = CATALOGUE[name]
    arguments = ", ".join(f"[{one.name}]" if one.optional else one.name for one in spec.parameters)
    entries = [
        ("Function", f"{spec.name}({arguments})"),
        ("Definition", spec.help),
        ("", spec.description),
        *((one.name, f"{one.help} ({one.kind_and_unit})") for one in spec.parameters),
        ("Returns", f"{spec.returns_kind}: {spec.returns}"),
        ("Formula", " ".join(spec.formula.split())),
        *spec.errors,
        ("Example", spec.example),
        ("Gives", spec.example_gives),
        ("Source", spec.source),
    ]
    return [row for label, text in entries for row in rows_of(label, text)]


def rows_of(label: str, text: str) -> list[list[str]]:
    """A text in as many rows as it needs: a cell of a spilled answer takes no more than 255 characters everywhere."""
    from retention_xl.metrics.names import LONGEST_HELP

    rows: list[list[str]] = []
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > LONGEST_HELP:
            rows.append([label if not rows else "", line])
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        rows.append([label if not rows else "", line])
    return rows
