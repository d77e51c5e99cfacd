"""Surveys: what customers say."""

from __future__ import annotations

from math import fsum

from retention_xl.metrics.cells import base_is_zero, how_many, impossible, number_in, shown, wrong_kind
from retention_xl.metrics.columns import tally
from retention_xl.metrics.spec import metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GROUP = "Experience"

SUS_QUESTIONS = 10


@metric
def nps(scores: list[float]) -> float:
    """Net promoter score: the share of promoters (9-10) less the share of detractors (0-6), in points from -100 to 100.

    Parameters:
        scores (numbers; 0 to 10): Answers to "how likely are you to recommend us"; 7 and 8 count in the base.
    Returns:
        number: points from -100 to 100.
    Formula:
        100 x (answers of 9 and 10 - answers of 0 to 6) / answers
    Errors:
        #DIV/0!: there are no answers.
        #NUM!: a score is not a whole number from 0 to 10.
        #VALUE!: a score is text.
    Examples:
        =NPS({10;9;8;3}) gives 25
        >>> nps([10, 9, 8, 3])
        25.0

    Source:
        Article 002; Reichheld (2003).
    """
    if not scores:
        raise base_is_zero("scores has no answers.")
    answers = tally(scores, 10)
    for score in answers:
        if not 0 <= score <= 10 or score % 1:
            raise impossible(f"scores: {shown(score)} is not a whole number from 0 to 10.")
    promoters = answers.get(9, 0) + answers.get(10, 0)
    detractors = len(scores) - promoters - answers.get(7, 0) - answers.get(8, 0)
    return 100 * (promoters - detractors) / len(scores)


@metric
def csat(scores: list[float], satisfied_from: float = 4) -> float:
    """Customer satisfaction: the share of answers that are satisfied ones, 4 and 5 on a scale of 1 to 5.

    Parameters:
        scores (numbers): Answers to "how satisfied are you".
        satisfied_from (number): The lowest answer that counts as satisfied, 4 unless told.
    Returns:
        number: fraction.
    Formula:
        answers >= satisfied_from / answers
    Errors:
        #DIV/0!: there are no answers.
        #VALUE!: a score is text.
    Examples:
        =CSAT({5;4;3;1}) gives 0.5
        >>> csat([5, 4, 3, 1])
        0.5

    Source:
        Article 002; the usual top-two-box share.
    """
    if not scores:
        raise base_is_zero("scores has no answers.")
    return len([score for score in scores if score >= satisfied_from]) / len(scores)


@metric
def ux_score(answers: list[list[Any]]) -> float:
    """User experience by the System Usability Scale: ten answers of 1 to 5 a person, as a score from 0 to 100.

    Parameters:
        answers (table; 1 to 5): One row a person, ten columns, questions in their usual order; blank rows are skipped.
    Returns:
        number: score from 0 to 100; 68 is the usual average.
    Formula:
        mean over persons of 2.5 x sum of (answer - 1 for questions 1, 3, 5, 7, 9; 5 - answer for the others)
    Errors:
        #DIV/0!: there are no answers.
        #NUM!: an answer is not 1, 2, 3, 4 or 5.
        #VALUE!: there are not ten columns, or an answer is text or missing.
    Examples:
        =UX_SCORE({4,2,4,2,4,2,4,2,4,2}) gives 75
        >>> ux_score([[5, 1, 5, 1, 5, 1, 5, 1, 5, 1], [3, 3, 3, 3, 3, 3, 3, 3, 3, 3]])
        75.0

    Source:
        Article 002; Brooke (1996), SUS: a quick and dirty usability scale.
    """
    scores = []
    for person, row in enumerate(answers, 1):
        if len(row) != SUS_QUESTIONS:
            raise wrong_kind(f"answers has {how_many(len(row), 'columns')}; the scale has {SUS_QUESTIONS} questions.")
        if all(cell is None for cell in row):
            continue
        points = 0.0
        for question, cell in enumerate(row, 1):
            if cell is None:
                raise wrong_kind(f"answers: person {person} has not answered question {question}.")
            answer = number_in(cell, f"answers: person {person}, question {question}")
            if answer not in (1, 2, 3, 4, 5):
                raise impossible(f"answers: person {person}, question {question}: {shown(answer)} is not 1 to 5.")
            points += answer - 1 if question % 2 else 5 - answer
        scores.append(2.5 * points)
    if not scores:
        raise base_is_zero("answers holds no answers.")
    return fsum(scores) / len(scores)
