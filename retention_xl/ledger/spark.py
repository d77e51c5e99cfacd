"""Spark as the engine: the same statements over a ledger that no single machine holds. Only facts come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import LedgerError
from .columns import FIELDS
from .database import Connection
from .places import Places
from .sources import Progress
from .tables import EXACT, no_value

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

NEEDS = (
    "it needs PySpark, sqlglot and a Java runtime: pip install 'retention-xl[spark]' brings the first two, JAVA_HOME "
    "names the third."
)


class SparkAnswer:
    """The rows of a query, brought to this machine."""

    def __init__(self, rows: Sequence[tuple[Any, ...]] = (), headings: Sequence[str] = ()) -> None:
        self._rows, self._headings = rows, headings

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows[0] if self._rows else None

    def df(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(self._rows, columns=list(self._headings))


class SparkConnection(Connection):
    """Every table of ours is a temporary view of a session of its own; nothing is written to the catalog."""

    keeps_order = False

    def __init__(self, progress: Progress) -> None:
        try:
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession

            from .spark_sql import macros_of_both, spark_type, steps
        except ImportError as error:
            raise LedgerError(f"Engine spark: {error.name} is not installed; {NEEDS}") from error
        builder = SparkSession.builder.config("spark.ui.showConsoleProgress", "false")
        try:
            self.session: SparkSession = builder.getOrCreate().newSession()
        except (PySparkException, OSError, RuntimeError) as error:
            raise LedgerError(f"Engine spark: no session could be started ({_first_line(error)}); {NEEDS}") from error
        self._failures, self._type = PySparkException, spark_type
        self._steps, self._macros = steps, macros_of_both()
        self._progress = progress
        self.filled = {}
        self._kept: dict[str, DataFrame] = {}

    def close(self) -> None:
        for name in list(self._kept):
            self._drop(name)

    def begin(self, step: str) -> None:
        self._progress(step, None)

    def execute(self, query: str, parameters: Mapping[str, Any] | None = None) -> Any:
        try:
            return self._answer(query, parameters)
        except self._failures as error:
            raise LedgerError(f"Engine spark: a statement failed ({_first_line(error)}).") from error

    def _answer(self, query: str, parameters: Mapping[str, Any] | None) -> SparkAnswer:
        answer = SparkAnswer()
        for step in self._steps(query, parameters, self._macros):
            if step.kind == "drop":
                self._drop(step.name)
            elif step.kind == "select":
                found = self.session.sql(step.query)
                answer = SparkAnswer([tuple(row) for row in found.collect()], found.columns)
            else:
                self.keep(step.name, self.session.sql(step.query), step.kind == "table")
        return answer

    def fill(self, table: str, kinds: Mapping[str, str], columns: Mapping[str, Sequence[Any]]) -> None:
        typed = ", ".join(f"`{name}` {self._type(kind)}" for name, kind in kinds.items())
        self.keep(table, self.session.createDataFrame(list(zip(*columns.values(), strict=True)), typed), False)

    def keep(self, name: str, frame: DataFrame, at_once: bool) -> None:
        """Name a table. One that is computed `at_once` forgets what it came from: no plan grows from step to step."""
        if at_once:
            reliable = self.session.sparkContext.getCheckpointDir() is not None
            frame = frame.checkpoint() if reliable else frame.localCheckpoint()
        frame.createOrReplaceTempView(name)
        self._kept[name] = frame

    def _drop(self, name: str) -> None:
        self.session.catalog.dropTempView(name)
        self._kept.pop(name, None)


class SparkSource:
    """Parquet that Spark can read (a file, a folder, an address such as s3a://...), or a table of its catalog.

    Line 2 is the first row. The files of a folder are read in the order of their names; the rows of a table, which
    have none, in the order of all their columns.
    """

    size = 0  # the cluster keeps it

    def __init__(self, con: SparkConnection, source: str) -> None:
        from pyspark.errors import PySparkException

        self._con = con
        self.name = source.rstrip("/").rsplit("/", 1)[-1]
        self.places = Places(self.name)
        self._is_path = "/" in source or "\\" in source or source.endswith(".parquet")
        session = con.session
        try:
            self._frame = session.read.parquet(source) if self._is_path else session.table(source)
            self.headings: Sequence[str] = list(self._frame.columns)
        except PySparkException as error:
            what = "Parquet" if self._is_path else "a table of Spark's catalog"
            raise LedgerError(f"{source}: cannot be read as {what} ({_first_line(error)}).") from error

    def load(
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        """Fill `raw` with each cell as the text that a CSV would have, and the view `source`."""
        from pyspark.sql import functions as F  # noqa: N812, as everybody knows it

        kinds = [field.dataType.typeName() for field in self._frame.schema.fields]
        texts = [
            F.coalesce(_text(self._frame[_quoted(name)], kind), F.lit(""))
            for name, kind in zip(self.headings, kinds, strict=True)
        ]
        fields = [texts[position].alias(f"raw_{field}") for field, position in chosen.items()]
        absent = [F.lit("").alias(f"raw_{field}") for field in FIELDS if field not in chosen]
        is_blank = F.trim(F.concat(*texts)) == ""
        numbered = self._numbered(
            [
                *fields,
                *absent,
                F.lit("").alias("damage"),
                F.lit(kinds[chosen["amount"]] != "string").alias("amount_typed"),
                F.xxhash64(*texts).alias("line_hash"),
                is_blank.alias("is_blank"),
            ]
        )
        self._con.keep("raw", numbered, True)
        exact = ", ".join(f"{no_value(field)}, raw_{field} AS text_{field}" for field in EXACT)
        self._con.execute(f"CREATE OR REPLACE VIEW source AS SELECT *, {exact} FROM raw")

    def _numbered(self, columns: list[Any]) -> DataFrame:
        """The rows with their `line`: counted within each file or part, which begins where the one before ended."""
        from pyspark.sql import functions as F  # noqa: N812

        if self._is_path:
            place, within = F.col("_metadata.file_path"), F.col("_metadata.row_index")
            frame = self._frame.select(*columns, place.alias("place"), within.alias("within"))
        else:
            frame = self._frame.orderBy(*(F.col(_quoted(name)) for name in self.headings)).select(*columns)
            number = F.monotonically_increasing_id()  # the part in the upper bits, the row of it in the lower 33
            within = number.bitwiseAND((1 << 33) - 1)
            frame = frame.select("*", F.shiftright(number, 33).alias("place"), within.alias("within"))
            frame = frame.localCheckpoint()  # its order must not be found anew
        counts = {row[0]: row[1] for row in frame.groupBy("place").count().collect()}
        begins, before = [], 0
        for place in sorted(counts):
            begins.append((place, before))
            before += counts[place]
        kind = "string" if self._is_path else "bigint"
        starts = self._con.session.createDataFrame(begins, f"place {kind}, begin bigint")
        numbered = frame.join(F.broadcast(starts), "place")
        return numbered.withColumn("line", F.col("begin") + F.col("within") + 2).drop("place", "within", "begin")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _text(column: Any, kind: str) -> Any:
    """A cell as the text that DuckDB makes of it: a binary number in the 15 digits that a spreadsheet keeps."""
    from pyspark.sql import functions as F  # noqa: N812

    if kind not in ("double", "float"):
        return column.cast("string")
    digits = F.format_string("%.14e", column.cast("double")).cast("decimal(38,15)").cast("string")
    finite = ~F.isnan(column) & (F.abs(column) < 1e22)
    return F.when(finite, F.regexp_replace(digits, r"\.?0+$", ""))
