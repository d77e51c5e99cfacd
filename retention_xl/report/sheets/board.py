"""The month on one page: what only that page shows, the month in one paragraph and the first actions."""

from __future__ import annotations

from functools import partial

from retention_xl.report.actions import HEADINGS, TABLE, Action
from retention_xl.report.cells import Addresses, Cell, Content, Single
from retention_xl.report.model import Report
from retention_xl.report.sheets import commentary
from retention_xl.report.sheets.sentence import Sentence

PARAGRAPH = ("moved", "stayed", "grr", "largest")
ACTIONS = 3


def singles(report: Report) -> dict[str, Single]:
    """The paragraph, and a line for each of the first actions."""
    contents = {f"rx_action_{i + 1}": Single(partial(_action, report, row=i)) for i in range(ACTIONS)}
    return {"rx_paragraph": Single(partial(_paragraph, report)), **contents}


def _paragraph(report: Report, at: Addresses) -> Content:
    """Sentences of the Commentary that stand together."""
    said = [commentary.sentence(report, at, key) for key in PARAGRAPH]
    cells = [content for content in said if isinstance(content, Cell)]
    return Cell(" ".join(str(cell.value) for cell in cells), '&" "&'.join(str(cell.formula) for cell in cells))


def _action(report: Report, at: Addresses, row: int) -> Content:
    """ "High: 2 customers gave notice ... Exposed a month: 12,345." """
    rows = report.carried.rows
    action = rows[row].action if row < len(rows) else None
    if action is None:
        return "" if row else "Nothing calls for action this month."

    def cell(heading: str) -> str:
        return at.cell(TABLE, row, HEADINGS.index(heading))

    sentence = Sentence().word(action.priority, cell("Priority")).say(": ").word(action.finding, cell("What we see"))
    return _exposed(sentence, action, cell("Exposed a month")).cell()


def _exposed(sentence: Sentence, action: Action, cell: str) -> Sentence:
    stake = Sentence(" Exposed a month: ").number(action.exposed_cents / 100, cell).say(".")
    return sentence.then(action.exposed_cents > 0, f"{cell}>0", stake, Sentence(" "))
