"""Tables that a company may give beside its ledger: customers, cancellations, surveys, tickets, usage, spend ..."""
