"""The charts of the monthly workbook: titles are cells with a message, bars start at zero, lines are labelled."""

from __future__ import annotations

from draw import ACCENT, GREY, RULE
from openpyxl.chart import BarChart, LineChart, Reference, ScatterChart, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

BLUE, TEAL, ORANGE, RED = "1F4E79", "2A9D8F", "E9A03B", "B23A48"  # apart for colour-blind readers too
FIRST_MONTH_COLUMN = 3
TREND = (12.2, 8.2)  # centimetres of the two charts of the first page
NO_ZEROS = "#,##0;#,##0;;"


def _small(size: int = 900, colour: str = "595959", bold: bool = False) -> RichText:
    style = CharacterProperties(sz=size, b=bold, solidFill=colour, latin=None)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=style), endParaRPr=style)])


def _titled(chart: LineChart | BarChart | ScatterChart, cell: str) -> None:
    """The title is the text of a cell, so that it always says this month's message."""
    chart.title = Title(tx=Text(strRef=StrRef(f=cell)), overlay=False, txPr=_small(1100, ACCENT, True))


def _plain(chart: LineChart | BarChart | ScatterChart, number: str, width: float, height: float) -> None:
    chart.width, chart.height = width, height
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format = number
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="E5E5E5", w=6350))
    chart.y_axis.spPr = GraphicalProperties(ln=LineProperties(noFill=True))
    chart.x_axis.spPr = GraphicalProperties(ln=LineProperties(solidFill=RULE))
    chart.x_axis.txPr = chart.y_axis.txPr = _small()
    chart.x_axis.tickLblPos = "low"
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))


def _percent_axis(chart: LineChart | BarChart) -> None:
    """From nothing to all, whatever the figures."""
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1


def _legend_below(chart: LineChart | BarChart | ScatterChart) -> None:
    chart.legend.position = "b"
    chart.legend.txPr = _small()


def _bars(chart: BarChart, values: Reference, colour: str, title: str | None = None, labels: str | None = None) -> None:
    """A series of bars in one colour; `labels` is the number format of the figure on each."""
    series = Series(values, title=title, title_from_data=False)
    series.graphicalProperties.solidFill = colour
    if labels:
        series.dLbls = _values(labels)
    chart.series.append(series)


def _line(series: Series, colour: str, width: int = 22225, dash: str | None = None) -> None:
    series.graphicalProperties.line.solidFill = colour
    series.graphicalProperties.line.width = width
    if dash:
        series.graphicalProperties.line.dashStyle = dash
    series.smooth = False
    series.marker.symbol = "none"


def summary(ws: Worksheet, months: int) -> None:
    """Revenue by month as columns from zero, and the three retention rates as lines."""
    bridge = ws.parent["Bridge"]
    last = FIRST_MONTH_COLUMN + months - 1
    heading = Reference(bridge, min_col=FIRST_MONTH_COLUMN, max_col=last, min_row=6)
    bars = BarChart()
    _titled(bars, "'Summary'!$N$5")
    _plain(bars, "#,##0", *TREND)
    bars.gapWidth = 40
    bars.legend = None
    _bars(bars, Reference(bridge, min_col=FIRST_MONTH_COLUMN, max_col=last, min_row=15), BLUE, "Closing")
    bars.set_categories(heading)
    bars.y_axis.scaling.min = 0
    bars.x_axis.number_format = "mmm yy"
    ws.add_chart(bars, "N5")
    retention(bridge, months, "'Summary'!$N$22", ws, "N22", TREND)


def retention(
    bridge: Worksheet, months: int, title: str, on: Worksheet, anchor: str, size: tuple[float, float]
) -> None:
    """The three retention rates by month as lines."""
    last = FIRST_MONTH_COLUMN + months - 1
    lines = LineChart()
    _titled(lines, title)
    _plain(lines, "0.0%", *size)
    _legend_below(lines)
    for row, label, colour, dash in ((31, "CRR", BLUE, None), (36, "GRR", ORANGE, "dash"), (37, "NRR", TEAL, None)):
        series = Series(Reference(bridge, min_col=FIRST_MONTH_COLUMN, max_col=last, min_row=row), title=label)
        _line(series, colour, dash=dash)
        lines.series.append(series)
    lines.set_categories(Reference(bridge, min_col=FIRST_MONTH_COLUMN, max_col=last, min_row=6))
    lines.x_axis.number_format = "mmm yy"
    on.add_chart(lines, anchor)


def waterfall(
    ws: Worksheet,
    anchor: str,
    title: str,
    first: int,
    last: int,
    on: Worksheet | None = None,
    size: tuple[float, float] = (26, 9.6),
) -> None:
    """The month's movements, each bar from where the one before ended."""
    chart = BarChart()
    chart.grouping, chart.overlap, chart.gapWidth = "stacked", 100, 50
    _titled(chart, title)
    _plain(chart, "#,##0", *size)
    chart.legend = None
    looks = (None, TEAL, RED, BLUE, None, RED, BLUE)
    for offset, colour in enumerate(looks):
        column = FIRST_MONTH_COLUMN + offset
        series = Series(Reference(ws, min_col=column, min_row=first, max_row=last), title_from_data=False)
        if colour is None:
            series.graphicalProperties.noFill = True
            series.graphicalProperties.line.noFill = True
        else:
            series.graphicalProperties.solidFill = colour
        series.invertIfNegative = False
        if colour:
            series.dLbls = DataLabelList(showVal=True, numFmt=NO_ZEROS, txPr=_small(900, "FFFFFF"))
            for hidden in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
                setattr(series.dLbls, hidden, False)
        chart.series.append(series)
    chart.set_categories(Reference(ws, min_col=2, min_row=first, max_row=last))
    (on or ws).add_chart(chart, anchor)


def compare(ws: Worksheet, anchor: str, title: str, heading: int, row: int, last: int) -> None:
    """Customer churn by each rule, side by side."""
    chart = BarChart()
    _titled(chart, title)
    _plain(chart, "0%", 26, 8)
    chart.y_axis.scaling.min = 0
    chart.gapWidth = 80
    chart.legend = None
    _bars(chart, Reference(ws, min_col=3, max_col=last, min_row=row), BLUE, "Customer churn rate", "0.0%")
    chart.set_categories(Reference(ws, min_col=3, max_col=last, min_row=heading))
    ws.add_chart(chart, anchor)


def tiers(
    ws: Worksheet,
    anchor: str,
    title: str,
    first: int,
    last: int,
    on: Worksheet | None = None,
    size: tuple[float, float] = (22, 8),
) -> None:
    """Customer retention and weight of each tier side by side."""
    chart = BarChart()
    _titled(chart, title)
    _plain(chart, "0%", *size)
    _percent_axis(chart)
    chart.gapWidth = 60
    _legend_below(chart)
    for column, label, colour in ((7, "Customers kept (CRR)", BLUE), (11, "Weight: part of opening revenue", ORANGE)):
        _bars(chart, Reference(ws, min_col=column, min_row=first, max_row=last), colour, label)
    chart.set_categories(Reference(ws, min_col=2, min_row=first, max_row=last))
    (on or ws).add_chart(chart, anchor)


def quadrant(
    ws: Worksheet, anchor: str, title: str, first: int, last: int, line: int, size: tuple[float, float]
) -> None:
    """Customers kept to the right, revenue kept upwards, a point a month; the line is where both are kept alike."""
    chart = ScatterChart()
    chart.style, chart.scatterStyle = 13, "lineMarker"
    _titled(chart, title)
    _plain(chart, "0.0%", *size)
    chart.x_axis.number_format = "0.0%"
    chart.x_axis.majorGridlines = None
    chart.x_axis.title, chart.y_axis.title = _axis("Customers kept (CRR)"), _axis("Revenue kept (DRR)")
    _legend_below(chart)
    areas = (
        (line, line + 1, "Both kept alike", GREY, None),
        (first, last, "The last 12 months", TEAL, 5),
        (first, first, "This month", RED, 10),
    )
    for top, bottom, label, colour, marker in areas:
        across, up = (Reference(ws, min_col=column, min_row=top, max_row=bottom) for column in (3, 4))
        series = Series(up, across, title=label)
        if marker:
            series.graphicalProperties.line.noFill = True
            series.marker.symbol, series.marker.size = "circle", marker
            series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
            series.marker.graphicalProperties.line.solidFill = colour
        else:
            _line(series, colour, 9525, "dash")
        chart.series.append(series)
    ws.add_chart(chart, anchor)


def _axis(text: str) -> Title:
    """What an axis measures, small."""
    style = CharacterProperties(sz=900, b=False, solidFill="595959")
    run = RegularTextRun(rPr=style, t=text)
    return Title(tx=Text(rich=RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=style), r=[run])])), overlay=False)


def concentration(ws: Worksheet, anchor: str, title: str, first: int, last: int, share: int) -> None:
    """What the largest customers bring together, by how many they are."""
    chart = BarChart()
    _titled(chart, title)
    _plain(chart, "0%", 26, 7.4)
    chart.y_axis.scaling.min = 0
    chart.y_axis.delete = True  # each bar says its share; of many customers the largest bring little
    chart.y_axis.majorGridlines = None
    chart.gapWidth = 60
    chart.legend = None
    _bars(chart, Reference(ws, min_col=share, min_row=first, max_row=last), BLUE, labels="0.0%")
    chart.set_categories(Reference(ws, min_col=2, min_row=first, max_row=last))
    ws.add_chart(chart, anchor)


def pareto(ws: Worksheet, anchor: str, title: str, first: int, last: int, share: int, running: int) -> None:
    """Parts as bars, the largest first, and what they make together as a line, on one axis to 100 %."""
    chart = BarChart()
    _titled(chart, title)
    _plain(chart, "0%", 26, 9)
    _percent_axis(chart)
    chart.gapWidth = 40
    _legend_below(chart)
    _bars(chart, Reference(ws, min_col=share, min_row=first, max_row=last), BLUE, "Share of the revenue lost", "0%")
    together = Series(Reference(ws, min_col=running, min_row=first, max_row=last), title="Running share")
    _line(together, ORANGE)
    lines = LineChart()
    lines.series.append(together)
    chart.set_categories(Reference(ws, min_col=2, min_row=first, max_row=last))
    lines.set_categories(Reference(ws, min_col=2, min_row=first, max_row=last))
    chart += lines
    ws.add_chart(chart, anchor)


def survival(ws: Worksheet, anchor: str, title: str, first: int, last: int) -> None:
    """The part of customers left by age: if churn stayed the same, as projected, as observed."""
    data = ws.parent["Data survival"]
    chart = LineChart()
    _titled(chart, title)
    _plain(chart, "0%", 26, 8.4)
    _percent_axis(chart)
    _legend_below(chart)
    looks = (("Constant churn", GREY, "dash"), ("Projected", ORANGE, None), ("Observed", BLUE, None))
    for offset, (label, colour, dash) in enumerate(looks):
        series = Series(Reference(data, min_col=3 + offset, min_row=first, max_row=last), title=label)
        _line(series, colour, dash=dash)
        chart.series.append(series)
    chart.set_categories(Reference(data, min_col=2, min_row=first, max_row=last))
    chart.x_axis.number_format = "0"
    chart.x_axis.tickLblSkip = chart.x_axis.tickMarkSkip = 6
    ws.add_chart(chart, anchor)


def nps(ws: Worksheet, anchor: str, title: str, first: int, last: int) -> None:
    """NPS of the months with answers, as columns from zero."""
    data = ws.parent["Data experience"]
    chart = BarChart()
    _titled(chart, title)
    _plain(chart, "0", 15, 11)
    chart.legend = None
    chart.gapWidth = 40
    _bars(chart, Reference(data, min_col=3, min_row=first, max_row=last), BLUE, "NPS", "0")
    chart.series[0].invertIfNegative = False
    chart.set_categories(Reference(data, min_col=2, min_row=first, max_row=last))
    chart.x_axis.number_format = "mmm yy"
    ws.add_chart(chart, anchor)


def features(ws: Worksheet, anchor: str, title: str, first: int, last: int) -> None:
    """Of each feature, who is still there: those who took it up early beside the others."""
    chart = BarChart()
    _titled(chart, title)
    _plain(chart, "0%", 19.5, 11)
    _percent_axis(chart)
    chart.gapWidth = 60
    _legend_below(chart)
    for column, label, colour in ((7, "Took it up early", BLUE), (9, "The others", GREY)):
        _bars(chart, Reference(ws, min_col=column, min_row=first, max_row=last), colour, label, "0%")
    chart.set_categories(Reference(ws, min_col=2, min_row=first, max_row=last))
    ws.add_chart(chart, anchor)


def _values(number: str) -> DataLabelList:
    """Each bar with its figure and nothing else."""
    labels = DataLabelList(showVal=True, numFmt=number, txPr=_small())
    for hidden in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(labels, hidden, False)
    return labels


def curve(
    ws: Worksheet,
    anchor: str,
    title: str,
    row: int,
    heading: int,
    first: str,
    last: str,
    interval: bool,
    on: Worksheet | None = None,
    size: tuple[float, float] = (26, 7.4),
) -> None:
    """The size-weighted average by age, with its interval where there is one."""
    chart = LineChart()
    _titled(chart, title)
    _plain(chart, "0%", *size)
    chart.legend = None
    chart.y_axis.scaling.min = 0
    start, end = column_index_from_string(first), column_index_from_string(last)
    rows = [(row, BLUE, 28575, None)]
    if interval:  # a cohort of customers cannot grow, its revenue can
        chart.y_axis.scaling.max = 1
        rows += [(row + 1, GREY, 9525, "dash"), (row + 2, GREY, 9525, "dash")]
    for line_row, colour, width, dash in rows:
        series = Series(Reference(ws, min_col=start, max_col=end, min_row=line_row), title_from_data=False)
        _line(series, colour, width, dash)
        chart.series.append(series)
    chart.set_categories(Reference(ws, min_col=start, max_col=end, min_row=heading))
    chart.x_axis.number_format = "0"
    chart.layout = Layout(manualLayout=ManualLayout(x=0.05, y=0.14, w=0.93, h=0.74, xMode="edge", yMode="edge"))
    (on or ws).add_chart(chart, anchor)


def finish(part: str, data: bytes) -> bytes:
    """What openpyxl cannot write: label formats of their own."""
    if part.startswith("xl/charts/"):
        own = f'formatCode="{NO_ZEROS}"'
        return data.replace(f"{own}/>".encode(), f'{own} sourceLinked="0"/>'.encode())
    return data
