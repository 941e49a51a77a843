"""Time and memory of a build: from nothing, with nothing new, with one document changed. Run by hand.

``python benchmarks/build_times.py`` works on a copy of the project in a temporary folder and prints a table to paste
into ``docs/benchmark.md``.
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("extracts", "seeds", "models", "macros", "tests/generic", "tests/reconciliation")
FILES = ("dbt_project.yml", "profiles.yml")


def main() -> None:
    """Run the three builds and print seconds and peak memory of each."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "progetto"
        for name in COPIED:
            shutil.copytree(ROOT / name, root / name)
        for name in FILES:
            shutil.copy2(ROOT / name, root / name)
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
        print("| what | seconds | peak MB |\n|---|---|---|")
        _measure("build from nothing", root)
        _measure("build again, nothing new", root)
        _add_document(root)
        _measure("build with one document added (12 cells)", root)
        _measure("load alone, nothing new", root, "load")


def _measure(what: str, root: Path, command: str = "build") -> None:
    environment = {**os.environ, "AMBITO_ROOT": str(root), "AMBITO_DATA": str(root / "data"), "PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "warehouse.cli", command], env=environment, stdout=subprocess.DEVNULL, cwd=root
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        raise SystemExit(f"{what}: failed")
    print(f"| {what} | {seconds:.1f} | {_megabytes(usage)} |", flush=True)


def _megabytes(usage: resource.struct_rusage) -> int:
    # kilobytes on Linux, bytes on macOS
    return round(usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024))


def _add_document(root: Path) -> None:
    folder = root / "extracts" / "prospetti" / "900_prova"
    folder.mkdir()
    (folder / "documento.yml").write_text(
        f"""documento: "900"
titolo: Documento di prova
ente: asc_insieme
anno_pubblicazione: 2025
fonte: {{file: 900_prova.txt, sha256: {"a" * 64}, titolare: Prova, licenza: Prova}}
tabelle:
  spese:
    titolo: Spese
    linee: [1, 20]
    riga: una spesa
    unita: eur
    misura: spesa
    colonne:
      voce: {{dimensione: voce}}
      importo: {{dimensioni: {{anno: 2025}}}}
""",
        encoding="utf-8",
    )
    rows = "".join(f'{line},dato,voce {line},"{line}.000,00"\n' for line in range(1, 13))
    (folder / "spese.csv").write_text("linea,tipo,voce,importo\n" + rows, encoding="utf-8")


if __name__ == "__main__":
    main()
