"""Refusals that several groups of functions share."""

from __future__ import annotations

from retention_xl.metrics.cells import impossible, shown
from retention_xl.metrics.columns import Numbers


def check_not_negative(**amounts: float) -> None:
    """Refuse an amount below 0."""
    for name, amount in amounts.items():
        if amount < 0:
            raise impossible(f"{name} ({shown(amount)}) is negative.")


def check_recurring(name: str, column: list[float]) -> None:
    """Refuse recurring revenue of a customer below 0."""
    if type(column) is Numbers and column.none_negative:
        return
    if column and min(column) < 0:
        raise impossible(f"{name}: a customer has {shown(min(column))}; recurring revenue is not negative.")


def check_fraction(**fractions: float) -> None:
    """Refuse a rate that is not a fraction from 0 to 1: 80 % is 0.8, not 80."""
    for name, fraction in fractions.items():
        if not 0 <= fraction <= 1:
            raise impossible(f"{name} ({shown(fraction)}) must be a fraction from 0 to 1; 80 % is 0.8.")


def check_history(frequency: float, recency: float, age: float, place: str = "") -> None:
    """Refuse a purchase history that cannot be."""
    if frequency < 0 or frequency % 1:
        raise impossible(f"{place}frequency ({shown(frequency)}) must be a whole number from 0 on.")
    if not 0 <= recency <= age:
        raise impossible(f"{place}recency ({shown(recency)}) must lie between 0 and age ({shown(age)}).")
    if frequency == 0 and recency > 0:
        raise impossible(
            f"{place}recency ({shown(recency)}) must be 0 where frequency is 0: there was no repeat purchase."
        )
