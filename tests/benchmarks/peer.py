"""Our whole report beside that of saas-metrics 0.1.0 from the same CSV: CPU and memory of the two commands.

Every line is one month: a line with a period of service takes saas-metrics many times longer.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ratios import ROOT, end, judge, tell

PEER = "saas-metrics==0.1.0"
SIZES = (200_000, 1_000_000)
MONTHS = 36


def made_ledger(path: Path, lines: int) -> Path:
    """Monthly invoices, one customer after the other."""
    chance = random.Random(5)
    written = customer = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Customer,Invoice Date,Amount,Term,Plan Tier\n")
        while written < lines:
            customer += 1
            first, stays = chance.randrange(MONTHS), 1 + int(chance.expovariate(0.05))
            amount = chance.randrange(500, 90_000)
            tier = chance.choice(("Basic", "Team", "Business"))
            for month in range(first, min(MONTHS, first + stays)):
                amount += chance.choice((0, 0, 0, 0, 500, -300)) if amount > 900 else 0
                day = date(2023 + month // 12, month % 12 + 1, 1)
                file.write(f"C{customer:07d},{day},{amount / 100:.2f},monthly,{tier}\n")
                written += 1
                if written == lines:
                    break
    return path


def spent(command: Sequence[str | Path], folder: Path) -> tuple[float, float]:
    """CPU seconds and the most memory in GB of a command, its children included."""
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} failed with {process.returncode}.")
    unit = 1 if sys.platform == "darwin" else 1024
    return used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e9


def installed_peer(folder: Path) -> Path:
    venv.create(folder / "peer", with_pip=True)
    programs = folder / "peer" / "bin"
    subprocess.run([programs / "pip", "install", "-q", PEER], check=True)
    return programs / "saas-metrics"


def compare(folder: Path, theirs: Path, lines: int) -> None:
    path = made_ledger(folder / f"ledger{lines}.csv", lines)
    columns = {
        "--customer": "Customer",
        "--date": "Invoice Date",
        "--amount": "Amount",
        "--segment": "Plan Tier",
    }
    options = [part for pair in columns.items() for part in pair]
    cpu, memory = spent([sys.executable, "-m", "retention_xl", "report", path, "-q", "-o", "ours.xlsx"], folder)
    peer_cpu, peer_memory = spent([theirs, "report", path, *options, "--excel", "theirs.xlsx"], folder)
    tell(f"{lines:,} lines: ours, CPU", cpu, "s")
    tell(f"{lines:,} lines: saas-metrics, CPU", peer_cpu, "s")
    judge(f"{lines:,} lines to the workbook: CPU over saas-metrics'", cpu / peer_cpu, "<=", 0.5)
    tell(f"{lines:,} lines: ours, memory", memory, "GB")
    tell(f"{lines:,} lines: saas-metrics, memory", peer_memory, "GB")
    judge(f"{lines:,} lines to the workbook: memory over saas-metrics'", memory / peer_memory, "<=", 0.5)
    for name, made in (("ours", folder / "ours.xlsx"), ("saas-metrics", folder / "theirs.xlsx")):
        tell(f"size of the workbook, {name}", made.stat().st_size / 1000, "kB")
        made.unlink()
    path.unlink()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        peer = installed_peer(Path(place))
        for size in SIZES:
            compare(Path(place), peer, size)
    end()
