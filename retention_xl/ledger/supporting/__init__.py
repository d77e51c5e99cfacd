"""Tables that a company may give beside its ledger: customers, cancellations, surveys, tickets, usage, spend ..."""

# What each is called: the key in `[tables]`, and the name of a sheet or a file that is then no part of the ledger.
TABLES = (
    "customers",
    "cancellations",
    "surveys",
    "tickets",
    "usage",
    "spend",
    "invitations",
    "improvements",
    "targets",
    "rates",
    "aliases",
    "calendar",
)
