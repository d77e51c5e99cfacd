"""Why a line is refused, read in a changed way or worth a look: one sentence each, said here and nowhere else."""

from __future__ import annotations

from . import amounts, dates, words

# code -> the field at fault ("" for the whole line) and the reason. The order is that of the list in the report.
REFUSED: dict[str, tuple[str, str]] = {
    "damaged_line": ("", "the line has more cells than the heading line"),
    "total_line": ("customer", "a total line, not a transaction"),
    "headings_again": ("date", "the headings once more, as where exports were put one below another"),
    "same_line_twice": ("line", "the same line twice: every cell repeats, the line id too"),
    "duplicate": ("", "every cell repeats an earlier line"),
    "not_billed": ("status", "its status says that nobody owes it: void, a draft, deleted and the like"),
    "given_up": ("status", "its status says that no money came: a failed payment, or one that was given up"),
    "moved": ("kind", "money moved between accounts, such as a payout or a fee; nothing was sold"),
    "no_customer": ("customer", "no customer is named"),
    "damaged_id": ("customer", "an id that lost its letters or zeros in a spreadsheet"),
    "date_blank": ("date", "the date is blank"),
    "date_unreadable": ("date", dates.NOT_A_DATE),
    "date_not_plausible": ("date", dates.NOT_PLAUSIBLE),
    "date_other_order": ("date", "is no date in the order of day and month that the column has"),
    "date_two_readings": ("date", "can be read in two ways, and no date in the column tells which"),
    "amount_blank": ("amount", "the amount is blank"),
    "amount_unreadable": ("amount", amounts.NOT_A_NUMBER),
    "amount_side": ("amount", amounts.A_SIDE),
    "amount_too_large": ("amount", amounts.TOO_LARGE),
    "amount_two_readings": ("amount", "can be read in two ways, and the column does not tell which"),
    "quantity_unreadable": ("quantity", "the quantity of a price by the piece is not a number"),
    "deduction_unreadable": (
        "amount",
        "what is to be taken off it (a discount, the tax in it, a refund) is not a number",
    ),
    "deduction_too_large": ("amount", "is less than what is to be taken off it: a discount, the tax in it, a refund"),
    "kind_unknown": ("kind", "is not a known kind of line"),
    "payment_beside_invoices": ("kind", "a payment of an invoice that the ledger has too; it would count twice"),
    "sign_against_kind": ("amount", "a refund or credit note above zero: its sign and its kind disagree"),
    "currency_unknown": ("currency", "is not a currency code"),
    "currency_blank": ("currency", "no currency is named, and the ledger has several"),
    "start_unreadable": ("start", "the start of service cannot be read as a date"),
    "end_unreadable": ("end", "the end of service cannot be read as a date"),
    "ends_before_start": ("end", "the service ends before it starts"),
    "term_not_months": ("term", words.NOT_MONTHS),
    "term_unknown": ("term", words.UNKNOWN_TERM),
    "term_too_long": ("term", words.TERM_TOO_LONG),
    "negative_mrr": ("amount", "takes the customer's recurring revenue below zero"),
}

# Refused as their money stands in other lines or nobody owes it: what they hold is not missing from the figures.
REPEATING = (
    "total_line", "headings_again", "same_line_twice", "duplicate", "not_billed", "given_up", "moved",
    "payment_beside_invoices",
)  # fmt: skip

CHANGED: dict[str, tuple[str, str]] = {
    "rounded": ("amount", "more than two decimals, rounded half up to the cent"),
    "dash": ("amount", "a dash is read as zero"),
    "respelled": ("customer", "another spelling of the same id (blanks, capitals, wide digits aside)"),
    "kind_assumed": ("kind", "no kind is stated; taken by the sign of the amount"),
    "currency_assumed": ("currency", "no currency is stated; taken as the ledger's only one"),
    "part_months": ("end", "the service is not whole months; counted as the nearest number of them"),
}

NOTED: dict[str, tuple[str, str]] = {
    "duplicates": ("", "every cell repeats an earlier line; kept, as equal purchases do happen"),
    "status_unknown": ("status", "is not known as a status under which a line counts or does not; it is counted"),
    "unlike": ("customer", "a bare number, where nearly all ids share a form with letters"),
    "sign_differs": ("amount", "the currency sign differs from the currency column, which counts"),
    "no_term": ("term", "no term is stated; taken as one-time, not as recurring revenue"),
    "one_day": ("end", "the service starts and ends on one day; taken as one-time, not as recurring revenue"),
    "replaced": ("", "a later invoice of the same subscription starts before this one has run out and takes its place"),
    "refund_alone": ("amount", "a refund in a month without purchases of this customer"),
    "refund_beyond": ("amount", "refunds of the month are larger than the customer's purchases in it"),
}


def repeating_sql() -> str:
    """The codes of refusals that repeat money, as a list in SQL."""
    return ", ".join(f"'{code}'" for code in REPEATING)
