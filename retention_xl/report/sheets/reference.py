"""Definitions, Evidence and Functions: what figures mean, what the articles claim, what can be typed into a cell."""

from __future__ import annotations

from retention_xl.metrics.reference import HEADINGS as FUNCTION_HEADINGS
from retention_xl.metrics.reference import table
from retention_xl.report.cells import List
from retention_xl.report.model import Report
from retention_xl.report.rules import definitions, evidence

DEFINITION_HEADINGS = ("Figure", "Definition", "Formula", "Unit", "Edge cases", "Source")
EVIDENCE_HEADINGS = ("Id", "Claim", "Where", "Source named", "Conflict")


def lists(report: Report) -> dict[str, List]:
    """The lists, as text."""
    defined = [
        (d.name, d.definition, d.formula, d.unit, d.edge_cases, d.source) for d in definitions(report.facts.nature)
    ]
    claims = [(e.id, e.claim, e.origin, e.source, e.conflict) for e in evidence().values()]
    functions = [tuple(row) for row in table()]
    return {
        "tblDefinitions": List(DEFINITION_HEADINGS, len(defined), lambda at: defined),
        "tblEvidence": List(EVIDENCE_HEADINGS, len(claims), lambda at: claims),
        "tblFunctions": List(FUNCTION_HEADINGS, len(functions), lambda at: functions),
    }
