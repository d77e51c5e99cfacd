"""Delimited text as programs export it. What differs in form only must read the same; what is broken says where."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import Ledger, read_ledger

from .conftest import Given

PLAIN = "Customer,Date,Amount,Note\nA,2024-01-05,10.00,x\nB,2024-01-06,20.00,y\nA,2024-02-05,12.50,\n"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    """The figures of the plain file, which every other form must give."""
    path = tmp_path_factory.mktemp("plain") / "ledger.csv"
    path.write_bytes(PLAIN.encode())
    with read_ledger(path) as ledger:
        return figures(ledger)


def figures(ledger: Ledger) -> tuple[object, ...]:
    facts = ledger.facts()
    return (
        facts.fingerprint,
        facts.ledger_total,
        facts.movements,
        ledger.quality.lines_read,
        ledger.quality.lines_refused,
    )


@pytest.mark.few(2)
@pytest.mark.few(4)
@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("\n", "\r\n"),
        PLAIN.rstrip("\n"),
        PLAIN + "\n\r\n",
        PLAIN + ",,,\n , ,,\n",
        "\ufeff" + PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        "sep=;\n" + PLAIN.replace(",", ";"),
        "Sales of the company\nPrinted by hand\n\n" + PLAIN,
        PLAIN.replace("\n", "\n\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace(",x\n", ',"x, and\na second line ""quoted"""\n'),
        PLAIN.replace(",\n", "\n"),
        PLAIN.replace("x\n", "x,, \n"),
        PLAIN.replace("A,", '"A",').replace("10.00", '"10,00"').replace("12.50", '"12,50"').replace("20.00", '"20,00"'),
    ],
    ids=["crlf", "no last newline", "blank lines at the end", "rows of nothing at the end", "byte order mark",
         "semicolons", "tabs", "bars", "sep line", "title lines", "blank lines", "old Mac line ends",
         "line break in quotes", "short rows", "rows with blank cells to spare",
         "decimal commas in quotes"],
)  # fmt: skip
def test_the_form_of_the_file_does_not_change_the_figures(given: Given, plain: tuple[object, ...], text: str) -> None:
    assert figures(given(text, "other.csv")) == plain


@pytest.mark.thorough
def test_a_compressed_file_and_utf_16_read_the_same(given: Given, plain: tuple[object, ...]) -> None:
    assert figures(given(gzip.compress(PLAIN.encode(), mtime=0), "ledger.csv.gz")) == plain
    assert figures(given(PLAIN.replace(",", "\t").encode("utf-16"), "ledger.txt")) == plain
    assert figures(given(PLAIN.encode("cp1252"), encoding="cp1252")) == plain


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("content", "options"),
    [
        (PLAIN.encode("utf-32"), {}),
        (PLAIN.encode("utf-8-sig"), {"encoding": "cp1252"}),  # the mark of the file itself comes first
        (gzip.compress(PLAIN.encode()), {}),
        (PLAIN.replace("12.50,", "12.50,z").replace(",", "   ").encode(), {}),
    ],
    ids=["utf-32", "mark", "compressed", "blanks"],
)
def test_a_file_is_what_it_holds_and_not_what_it_is_called(
    given: Given, plain: tuple[object, ...], content: bytes, options: dict[str, str]
) -> None:
    ledger = given(content, **options)
    assert ledger.columns[0].heading == "Customer"
    assert figures(ledger)[1:] == plain[1:]  # a note more makes another fingerprint


def test_a_name_with_signs_of_a_pattern_is_a_name(given: Given, plain: tuple[object, ...]) -> None:
    assert figures(given(PLAIN, "ledger [1].csv")) == plain


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Customer,Date,Amount\nA,2024-01-05,1.00\nA,x,2.00\n", 3),
        ("Title\n\nCustomer,Date,Amount\nA,2024-01-05,1.00\n\nA,x,2.00\n", 6),
        ('Customer,Date,Amount\n"A\nB",2024-01-05,1.00\nA,x,2.00\n', 4),
        ("Customer,Date,Amount\r\nA,2024-01-05,1.00\r\nA,x,2.00\r\n", 3),
    ],
)
def test_a_refused_line_has_the_number_a_person_counts(given: Given, text: str, line: int) -> None:
    (note,) = given(text).quality.notes
    assert (note.action, note.file, note.line, note.column, note.value) == ("refused", "ledger.csv", line, "Date", "x")
    assert (note.reason, note.cents) == ("is not a date", 200)


def test_a_row_with_too_many_cells_is_refused_and_the_others_stand(given: Given) -> None:
    ledger = given("Customer,Date,Amount\nA,2024-01-05,1.00\nAcme, Inc,2024-01-05,2.00\nA,2024-02-05,3.00\n")
    (note,) = ledger.quality.notes
    assert (note.line, note.cents) == (3, None)
    assert note.reason == "the line has more cells than the heading line (has 4 cells, the heading line has 3)"
    assert (ledger.quality.lines_read, ledger.quality.lines_refused, ledger.quality.refused_unreadable) == (3, 1, 1)
    assert ledger.facts().ledger_total == 400


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "ledger.csv: the file is empty."),
        (b"\n \n", "ledger.csv: the file is empty."),
        (b"Customer,Date,Amount\n", "ledger.csv: there is no line below the headings."),
        (
            b"Customer,Date,Amount\nA,2024-01-05,1.00\nM\xfcller,2024-01-05,1.00\n",
            'ledger.csv, line 3: the text is not UTF-8; save the file as "CSV UTF-8", or name its encoding '
            "(for example --encoding cp1252).",
        ),
        (b"Customer,Date,Amount\nA,x,1.00\nB,y,2.00\n",
         "ledger.csv: no line can be counted; 2 are refused because of this, the first is line 2, "
         "column Date, 'x': is not a date."),
        (b'Customer,Date,Amount\nA,2024-01-05,1.00\n"B,2024-01-05,1.00\n' + b"C,2024-01-05,1.00\n" * 300,
         "ledger.csv, line 3: a quotation mark is opened here and never closed."),
    ],
)  # fmt: skip
def test_a_broken_file_says_where_and_why(given: Given, text: bytes, says: str) -> None:
    with pytest.raises(LedgerError) as error:
        given(text)
    assert str(error.value) == says


def test_a_cut_archive_is_refused(given: Given) -> None:
    with pytest.raises(LedgerError, match=r"not a complete \.gz archive"):
        given(gzip.compress(PLAIN.encode() * 50, mtime=0)[:-20], "ledger.csv.gz")


def test_what_a_browser_has_unpacked_already_is_read_as_it_is(given: Given, plain: tuple[object, ...]) -> None:
    assert figures(given(PLAIN, "ledger.csv.gz")) == plain


def test_a_wrong_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no such file"):
        read_ledger(tmp_path / "missing.csv")
    with pytest.raises(LedgerError, match="there is no ledger file in it"):
        read_ledger(tmp_path)


def test_an_unknown_encoding_is_named(given: Given) -> None:
    with pytest.raises(LedgerError, match="'klingon' is not an encoding"):
        given(PLAIN, encoding="klingon")


def test_the_file_is_never_changed(given: Given, tmp_path: Path) -> None:
    given("Title\n\n" + PLAIN).facts()
    assert (tmp_path / "ledger.csv").read_text() == "Title\n\n" + PLAIN
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.csv"]


@pytest.mark.thorough
def test_reading_twice_gives_the_same_facts(given: Given) -> None:
    assert given(PLAIN).facts() == given(PLAIN).facts()
