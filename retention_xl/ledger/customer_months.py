"""Customer months: what each customer is worth in each month, and what lies before and after it.

A database that hands on rows in the order they lie in (`con.keeps_order`) sorts them once; then neighbours are found by
looking one line up and down, and nothing is sorted or added up again. Any other takes windows and groups.
"""

from __future__ import annotations

from .database import Connection, one, sql


def fill_recurring_cells(con: Connection) -> bool:
    """Table `cells`: recurring revenue of every customer and month, in this order.

    True where no two lines of a customer count in one month, so that nothing had to be added up.
    """
    if con.keeps_order:
        con.execute(sql("cells_in_order"))
        meet, nothing = one(
            con, "SELECT count(*) FILTER (WHERE invoices = 2), count(*) FILTER (WHERE cents = 0) FROM cells"
        )
        if not meet:
            if nothing:
                con.execute("CREATE OR REPLACE TABLE cells AS SELECT * FROM cells WHERE cents <> 0")
            return True
    con.execute(sql("recurring_cells"))
    return False


def fill_moves(con: Connection) -> None:
    """Tables `moves`, every active customer month with its neighbours, and `spells`, the runs of them."""
    if not (con.keeps_order and _found_in_order(con)):
        con.execute(sql("moves"))
    con.execute(sql("spells"))


def _found_in_order(con: Connection) -> bool:
    """Fill `moves` from `cells` as they lie. False where they did not lie in order."""
    con.execute(sql("moves_in_order"))
    starts, back, customers = one(
        con,
        "SELECT count(*) FILTER (WHERE before_month IS NULL), count(*) FILTER (WHERE before_month >= month), "
        "(SELECT count(*) FROM first_months) FROM moves",
    )
    con.execute("DROP TABLE first_months")
    return bool(starts == customers and not back)
