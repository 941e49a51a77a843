"""Time and memory of a big file of service hours, beside bare DuckDB and pandas on the same file. Run by hand.

``python benchmarks/flussi_times.py`` measures 1, 10 and 50 million rows, writes ``docs/benchmark_flussi.md`` and its
picture, and takes some twenty minutes and up to 15 GB of disk under ``--work``. ``--rows 1 10`` measures some sizes
again and keeps the others; ``--render`` only writes the page again, from ``benchmarks/output/flussi_times.json``.

Every step is a process of its own: Ambito through its command line, with every rule on, in a warehouse that already has
the printed documents and the tariffs; the others through ``flussi_rivals.py``. The figures of the marts are compared to
the cent before a time is believed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build_times import COPIED, FILES
from flussi_measure import Cost, measure
from flussi_picture import Line, picture
from flussi_rivals import ENTE

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "output" / "flussi_times.json"
PAGE = ROOT / "docs" / "benchmark_flussi.md"
PICTURE = ROOT / "docs" / "immagini" / "benchmark_flussi.svg"
MILLION = 1_000_000
DEMONSTRATION = "dimostrativo"
SMALL = 1_200  # what does not depend on the rows
MONTHS = 12
# What the issue asks: from these rows up, so many times the bare SQL, so many MB at any size.
AIM_ROWS, AIM_TIMES, AIM_MB = 10 * MILLION, 2.0, 2048
BUSY = 0.7  # load of the last minute over which times are not worth keeping
PANDAS_BYTES_A_ROW = 320  # measured at 10 million rows; asked before running a size it may not survive

Results = dict[str, dict[str, Cost]]


def main() -> None:
    """Measure what is asked and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=float, nargs="+", default=[1, 10, 50], help="millions of rows")
    parser.add_argument("--times", type=int, default=3, help="runs of each whole way; the best one counts")
    parser.add_argument("--work", type=Path, help="folder for files and databases (default: a temporary one)")
    parser.add_argument("--without", nargs="+", default=[], choices=["ambito", "pandas"], help="leave some out")
    parser.add_argument("--render", action="store_true", help="write the page from the last results")
    chosen = parser.parse_args()
    if not chosen.render:
        if os.getloadavg()[0] > BUSY:
            print(f"Others are at work on this machine (load {os.getloadavg()[0]:.1f}): the times will be theirs too.")
        for rows in [SMALL, *(round(millions * MILLION) for millions in chosen.rows)]:
            with tempfile.TemporaryDirectory(dir=chosen.work, prefix="flussi_") as folder:
                race = _Race(Path(folder), rows, frozenset(chosen.without), chosen.times)
                _keep(rows, chosen.times, race.run())
    PAGE.write_text(_page(_kept()), encoding="utf-8")
    PICTURE.write_text(_picture(_kept()), encoding="utf-8")


# --- measuring ------------------------------------------------------------------------------------


@dataclass
class _Race:
    """All the ways on one file.

    Attributes:
        folder: Where everything is written.
        rows: Rows of the file.
        without: Ways left out.
        times: Runs of each whole way; other work on the machine makes some slower, and the best one counts.
    """

    folder: Path
    rows: int
    without: frozenset[str]
    times: int

    def run(self) -> dict[str, Cost]:
        """Measure every way and refuse to go on if their figures differ."""
        print(f"\n{self.rows:,} rows", flush=True)
        costs: dict[str, Cost] = {}
        self._project()
        self._rival("generate", self.folder, self.rows)
        ore, mese = self.folder / "ore.csv", self.folder / "mese.csv"
        bare, areas = self.folder / "bare.duckdb", self.folder / "project" / "seeds" / "comuni_sub_ambiti.csv"
        together = []
        for _ in range(self.times):
            bare.unlink(missing_ok=True)
            together.append((self._rival("bare_load", bare, ore, areas), self._rival("bare_marts", bare)))
        costs["bare load"], costs["bare marts"] = min(together, key=lambda costs: costs[0].wall + costs[1].wall)
        pandas = self._pandas(ore, areas, costs)
        ours = "-"
        if "ambito" not in self.without:
            self._ambito("load", self.folder / "tariffe.csv")
            self._ambito("build")
            costs["whole"] = min((self._in_one_command(ore) for _ in range(self.times)), key=lambda cost: cost.wall)
            with self._as_it_was():
                costs["month alone"] = self._ambito("load", mese) + self._ambito("build")
            costs["load"] = self._ambito("load", ore)
            costs["build"] = self._ambito("build")
            ours = str(self.folder / "data" / "build" / "ambito.duckdb")
        self._rival("compare", bare, ours, pandas)
        costs["bare month load"] = self._rival("bare_load", bare, mese, areas)
        costs["bare month marts"] = self._rival("bare_marts", bare)
        if "ambito" not in self.without:
            costs["same file again"] = self._ambito("load", ore)
            costs["month load"] = self._ambito("load", mese)
            costs["month build"] = self._ambito("build")
            self._rival("compare", bare, ours, "-")
        return costs

    def _pandas(self, ore: Path, areas: Path, costs: dict[str, Cost]) -> str:
        if "pandas" in self.without:
            return "-"
        needed, free = self.rows * PANDAS_BYTES_A_ROW, _free_memory()
        if needed > free:
            print(f"  pandas left out: it needs about {needed / 1e9:.0f} GB, {free / 1e9:.0f} are free", flush=True)
            return "-"
        costs["pandas"] = self._rival("pandas_whole", ore, areas, self.folder)
        return str(self.folder)

    def _in_one_command(self, ore: Path) -> Cost:
        """As an office does it: the file in the drop folder, and ``ambito build``; in a warehouse of its own."""
        drop = self.folder / "project" / "extracts" / "flussi"
        with self._as_it_was():
            drop.mkdir()
            (drop / ore.name).hardlink_to(ore)
            cost = self._ambito("build")
            shutil.rmtree(drop)
        return cost

    @contextmanager
    def _as_it_was(self) -> Iterator[None]:
        """What is done to the warehouse meanwhile is undone."""
        warehouse, before = self.folder / "data", self.folder / "before"
        shutil.copytree(warehouse, before)
        yield
        shutil.rmtree(warehouse)
        before.rename(warehouse)

    def _project(self) -> None:
        """A copy with the documents, without the flussi of the repository, and with one invented ente more."""
        for name in COPIED:
            left_out = shutil.ignore_patterns("flussi") if name == "extracts" else None
            shutil.copytree(ROOT / name, self.folder / "project" / name, ignore=left_out)
        for name in FILES:
            shutil.copy2(ROOT / name, self.folder / "project" / name)
        for name in ("ambiti", "enti", "sub_ambiti", "comuni", "comuni_sub_ambiti"):
            seed = self.folder / "project" / "seeds" / f"{name}.csv"
            text = seed.read_text(encoding="utf-8")
            twins = [
                line.replace(DEMONSTRATION, ENTE).replace("9990", "9980")
                for line in text.splitlines()
                if DEMONSTRATION in line
            ]
            seed.write_text("\n".join([text.rstrip("\n"), *twins, ""]), encoding="utf-8")

    def _rival(self, step: str, *arguments: object) -> Cost:
        command = [sys.executable, str(ROOT / "benchmarks" / "flussi_rivals.py"), step, *map(str, arguments)]
        return self._told(step, measure(command, self.folder / "log.txt"))

    def _ambito(self, command: str, *arguments: object) -> Cost:
        environment = {
            "AMBITO_ROOT": str(self.folder / "project"),
            "AMBITO_DATA": str(self.folder / "data"),
            "AMBITO_CHIAVE": "una chiave per misurare, che non protegge nessuno",
            "AMBITO_DIMOSTRATIVO": "false",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "",  # an installed program has its compiled files
        }
        words = [sys.executable, "-m", "warehouse.cli", command, *map(str, arguments)]
        name = " ".join(["ambito", command, *(Path(str(argument)).name for argument in arguments)])
        return self._told(name, measure(words, self.folder / "log.txt", environment))

    def _told(self, step: str, cost: Cost) -> Cost:
        print(f"  {step:<24}{cost.wall:8.1f} s{cost.cpu:8.1f} s cpu{cost.peak_mb:8.0f} MB", flush=True)
        return cost


def _free_memory() -> int:
    """Bytes a process can have before the machine swaps; what caches files counts as free."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("/proc/meminfo does not say how much memory is free")


def _keep(rows: int, runs: int, costs: dict[str, Cost]) -> None:
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    everything = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    everything[str(rows)] = {"runs": runs, "steps": costs}
    RESULTS.write_text(json.dumps(everything, indent=1), encoding="utf-8")


def _kept() -> Results:
    return {rows: {step: Cost(*numbers) for step, numbers in found["steps"].items()} for rows, found in _read().items()}


def _read() -> dict[str, dict[str, Any]]:
    everything = json.loads(RESULTS.read_text(encoding="utf-8"))
    return {rows: everything[rows] for rows in sorted(everything, key=int)}


def _runs() -> str:
    """How many runs the best was taken of, by rows."""
    return ", ".join(f"{found['runs']} at {_whole(rows)}" for rows, found in _read().items())


# --- the page -------------------------------------------------------------------------------------


def _page(results: Results) -> str:
    ours = {rows: costs["whole"] for rows, costs in results.items() if "whole" in costs}
    bare = {rows: costs["bare load"] + costs["bare marts"] for rows, costs in results.items()}
    return f"""# Benchmark of the flussi

`python benchmarks/flussi_times.py`: one file of service hours (`ore_servizio`, twelve months, up to three services a
person), written once and read by every way in the same run. Each step is a process of its own.

- **Ambito**: the file in the drop folder and `ambito build`, as an office does it; and, in another warehouse, the same
  in two commands, `ambito load FILE` and then `ambito build`. Every rule on (types, domains, keys, tariffs in force,
  hours in the month, comuni of the ente, jump on the month before), quarantine, history, archive; models, tests, small
  counts hidden, a published version. The warehouse already has the printed documents and the tariffs.
- **Bare DuckDB**: the shortest SQL that reads the same file typed into a table and makes the same two marts (per month;
  per year and sub-ambito, each person once). No check, no key for the persons, no history, no version.
- **pandas**: the faster of its two readers, texts as categories, money in whole cents; nothing kept but the marts.

The three give the same figures: users, hours and cost of every row of both marts are compared to the cent before a
time is written. Bare DuckDB and Ambito in one command are the best of so many runs: {_runs()}.

{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}

![Seconds and peak memory by rows](immagini/benchmark_flussi.svg)

## From file to marts, seconds

| rows | Ambito | bare parse | marts | together | Ambito / bare | in two: load | build | together | / bare | pandas |
|---|---|---|---|---|---|---|---|---|---|---|
{_table(_times(rows, costs) for rows, costs in results.items())}

The first line is what does not depend on the rows: start of Python and dbt, the tests, the published version. pandas is
left out (–) where the about {PANDAS_BYTES_A_ROW} bytes a row it needs are not free.

## Processor and memory

| rows | Ambito | in two: load | build | bare parse | marts | pandas |
|---|---|---|---|---|---|---|
{_table(_resources(rows, costs) for rows, costs in results.items())}

Seconds of processor on all cores, and the peak of resident memory.

## One month more

| rows there | in it | load | build | together | alone | first twelve | bare parse | marts again | same file again |
|---|---|---|---|---|---|---|---|---|---|
{_table(_month(rows, costs) for rows, costs in results.items())}

Alone: the same month in a warehouse with no other rows of hours. A month is not a twelfth of the year: it has as many
persons, and the code of each is hashed once a file. Bare SQL has no way but making its marts again from every row.

## What was aimed at

{_aims(ours, bare, results)}
"""


def _table(lines: object) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)  # type: ignore[attr-defined]


def _wall(cost: Cost | None) -> str:
    return f"{cost.wall:.1f}" if cost else "–"


def _whole(rows: str) -> str:
    return f"{int(rows):,}"


def _times(rows: str, costs: dict[str, Cost]) -> list[str]:
    bare = costs["bare load"] + costs["bare marts"]
    ours = costs["load"] + costs["build"] if "load" in costs else None

    def times(cost: Cost | None) -> str:
        return f"{cost.wall / bare.wall:.1f}" if cost and int(rows) != SMALL else "–"

    whole = costs.get("whole")
    cells = [_wall(whole), _wall(costs["bare load"]), _wall(costs["bare marts"]), _wall(bare), times(whole)]
    cells += [_wall(costs.get("load")), _wall(costs.get("build")), _wall(ours), times(ours)]
    return [_whole(rows), *cells, _wall(costs.get("pandas"))]


def _resources(rows: str, costs: dict[str, Cost]) -> list[str]:
    steps = (costs.get(step) for step in ("whole", "load", "build", "bare load", "bare marts", "pandas"))
    return [_whole(rows), *(f"{cost.cpu:.1f} s, {cost.peak_mb:,.0f} MB" if cost else "–" for cost in steps)]


def _month(rows: str, costs: dict[str, Cost]) -> list[str]:
    ours = costs["month load"] + costs["month build"] if "month load" in costs else None
    first = costs["load"] + costs["build"] if "load" in costs else None
    steps = [
        _wall(costs.get("month load")),
        _wall(costs.get("month build")),
        _wall(ours),
        _wall(costs.get("month alone")),
        _wall(first),
    ]
    bare = [_wall(costs.get("bare month load")), _wall(costs.get("bare month marts"))]
    return [_whole(rows), _whole(str(-(-int(rows) // MONTHS))), *steps, *bare, _wall(costs.get("same file again"))]


def _aims(ours: dict[str, Cost], bare: dict[str, Cost], results: Results) -> str:
    """Each aim of the issue with the figures that say whether it holds."""
    big = [rows for rows in ours if int(rows) >= AIM_ROWS]
    sizes = [rows for rows in ours if int(rows) != SMALL]
    if not sizes:
        return "Ambito was not measured."
    ratios = {rows: ours[rows].wall / bare[rows].wall for rows in big}
    month = {rows: costs["month load"] + costs["month build"] for rows, costs in results.items() if rows in ours}
    peak = max(max(ours[rows].peak_mb, month[rows].peak_mb) for rows in ours)
    told = [
        f"- Load and build within {AIM_TIMES:.0f} times the bare SQL from {AIM_ROWS:,} rows up: "
        + (", ".join(f"{ratio:.2f} at {_whole(rows)}" for rows, ratio in ratios.items()) or "not measured")
        + (f" ({_held(max(ratios.values()) <= AIM_TIMES)})." if ratios else "."),
        f"- Memory under {AIM_MB:,} MB at any size: {peak:,.0f} MB at most ({_held(peak < AIM_MB)}).",
    ]
    if len(big) > 1:
        # of the whole time: what does not depend on the rows runs beside the load of a big file
        smallest, biggest = big[0], big[-1]
        more = int(biggest) / int(smallest)
        grown, bare_grown = (found[biggest].wall / found[smallest].wall for found in (ours, bare))
        told.append(
            f"- Linear growth: from {_whole(smallest)} to {_whole(biggest)} rows, {more:.1f} times as many, "
            f"{grown:.2f} times the seconds ({bare_grown:.2f} for the bare SQL) ({_held(grown <= 1.15 * more)})."
        )
    fixed, last = ours.get(str(SMALL)), sizes[-1]
    alone = results[last].get("month alone")
    if alone and fixed:
        extra = month[last].wall - month[str(SMALL)].wall
        twelve = results[last]["load"] + results[last]["build"]
        share = extra / (twelve.wall - results[str(SMALL)]["load"].wall - results[str(SMALL)]["build"].wall)
        told.append(
            f"- A month for the cost of a month: {month[last].wall:.1f} s beside {_whole(last)} rows, {alone.wall:.1f} "
            f"with no other rows ({_held(month[last].wall <= 1.15 * alone.wall)}); "
            f"over what does not depend on the rows, {extra:.1f} s, {share * 100:.0f}% of the first twelve months."
        )
    return "\n".join(told)


def _held(holds: bool) -> str:
    return "held" if holds else "**not held**"


def _picture(results: Results) -> str:
    sizes = {int(rows) / MILLION: costs for rows, costs in results.items() if int(rows) != SMALL}

    def line(name: str, style: str, *steps: str) -> Line:
        found = {size: [costs[step] for step in steps] for size, costs in sizes.items() if steps[0] in costs}
        return Line(
            name,
            style,
            [(size, sum(cost.wall for cost in parts)) for size, parts in found.items()],
            [(size, max(cost.peak_mb for cost in parts)) for size, parts in found.items()],
        )

    bare = line("bare DuckDB", "bare", "bare load", "bare marts")
    aim = Line("aims: twice bare DuckDB, 2 GB", "aim", [(size, AIM_TIMES * wall) for size, wall in bare.seconds], [])
    limit = Line("", "aim", [], [(size, AIM_MB) for size in sizes])
    lines = [line("Ambito, every rule on", "ours", "whole"), bare, line("pandas", "pandas", "pandas"), aim]
    return picture([*lines, limit])


if __name__ == "__main__":
    main()
