"""Versions: immutable, served by a pointer, never in the way of a reader; so also after a build killed anywhere."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.paths import ROOT
from tests.conftest import Warehouse
from warehouse import build as building
from warehouse import versions

COUNT = "select (select count(*) from marts.celle), (select count(*) from marts.quadrature)"
TITLE = "titolo: Relazione di gestione, consuntivo 2024"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _rename(warehouse: Warehouse, words: str) -> None:
    """Change the title of a document: the marts change and every check still holds."""
    declaration = warehouse.document("001") / "documento.yml"
    text = declaration.read_text(encoding="utf-8")
    first = next(line for line in text.splitlines() if line.startswith(TITLE))
    declaration.write_text(text.replace(first, f"{TITLE} ({words})", 1), encoding="utf-8")


def _title(warehouse: Warehouse) -> str:
    query = "select distinct documento_titolo from marts.dim_prospetti where documento = '001'"
    return str(warehouse.query(query)[0][0])


# A reader in a process of its own: it opens the version served, reads it until told to look again, and reads that.
READER = """
import sys, time
from pathlib import Path
from ingest.paths import Paths
from warehouse import versions

again = Path(sys.argv[1])
paths = Paths.from_environment()
version = versions.current(paths)
con = versions.connect(version)
read = lambda: con.execute(
    "select count(*), sum(valore), (select max(documento_titolo) from marts.dim_prospetti where documento = '001')"
    " from marts.celle"
).fetchall()
first, times = read(), 0
print(version.name, flush=True)
while not again.exists():
    assert read() == first
    times += 1
    time.sleep(0.05)
assert read() == first
looked = versions.current(paths)
new = versions.connect(looked)
words = new.execute("select any_value(documento_titolo) from marts.dim_prospetti where documento = '001'").fetchall()
assert read() == first  # the old version is still open beside the new one
print(looked.name, times, words[0][0], flush=True)
"""


def test_the_second_build_does_nothing(warehouse: Warehouse) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in warehouse.paths.published.iterdir()}
    manifest = (warehouse.paths.build / "target" / "manifest.json").stat().st_mtime_ns
    log = (warehouse.paths.build / "logs" / "dbt.log").stat()
    again = warehouse.ambito("build")
    assert again.returncode == 0, again.stderr
    assert "niente di nuovo" in again.stderr
    assert "costruisco" not in again.stderr and "pubblico" not in again.stderr
    after = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in warehouse.paths.published.iterdir()}
    assert after == before
    assert (warehouse.paths.build / "target" / "manifest.json").stat().st_mtime_ns == manifest
    assert (warehouse.paths.build / "logs" / "dbt.log").stat().st_mtime_ns == log.st_mtime_ns


def test_a_version_is_whole_and_read_only(built: Warehouse) -> None:
    version = versions.current(built.paths)
    assert stat.S_IMODE(version.database.stat().st_mode) == 0o444
    record = version.record
    assert record["versione"] == version.name
    rows = {mart: built.query(f"select count(*) from marts.{mart}")[0][0] for mart in record["righe"]}
    assert rows == record["righe"]
    assert record["quadrature"] == dict(built.query("select esito, count(*) from marts.quadrature group by esito"))
    with duckdb.connect(str(built.paths.database), read_only=True) as con:
        for mart in rows:
            grain = ", ".join(record["modelli"][f"marts.{mart}"]["grana"])
            names = [name for (name,) in con.execute(f"select column_name from (describe marts.{mart})").fetchall()]
            query = f"select * from marts.{mart} order by {grain}"
            built_rows = [dict(zip(names, row, strict=True)) for row in con.execute(query).fetchall()]
            published = [dict(zip(names, row, strict=True)) for row in built.query(query)]
            for row in published:  # what stands on too few persons is not there, and the row says so
                hidden = str(row.get("misure_soppresse") or "").split()
                assert all(row[name] is None for name in hidden), (mart, row)
            assert published == [
                before
                | dict.fromkeys(str(row.get("misure_soppresse") or "").split())
                | ({"misure_soppresse": row["misure_soppresse"]} if "misure_soppresse" in row else {})
                for before, row in zip(built_rows, published, strict=True)
            ], mart
    assert {document["documento"] for document in record["documenti"]} == {"000", "001", "002", "004"}


def test_readers_a_red_build_a_publication_and_a_rollback(warehouse: Warehouse, tmp_path: Path) -> None:
    old = versions.current(warehouse.paths)
    old_bytes, old_title = _digest(old.database), _title(warehouse)
    again = tmp_path / "guarda_di_nuovo"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(again)],
        cwd=warehouse.root,
        env=warehouse.environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert reader.stdout is not None
        assert reader.stdout.readline().strip() == old.name

        # a red build first: a sub-ambito that no seed knows, because the seed lost it
        labels = warehouse.root / "seeds" / "etichette.csv"
        text = labels.read_text(encoding="utf-8")
        kept = [line for line in text.splitlines() if not line.startswith("sub_ambito,Pandino,")]
        assert len(kept) == len(text.splitlines()) - 1
        labels.write_text("\n".join(kept) + "\n", encoding="utf-8")
        red = warehouse.ambito("build")
        assert red.returncode == 1
        assert "test rosso «etichette_conosciute»" in red.stderr
        assert "etichetta_senza_membro=Pandino" in red.stderr
        assert versions.published(warehouse.paths) == [old]
        assert warehouse.served() == old.name

        # the seed put right, and a document changed: all is built again from the right seed
        labels.write_text(text, encoding="utf-8")
        _rename(warehouse, "seconda stesura")
        green = warehouse.ambito("build")
        assert green.returncode == 0, green.stderr
        new = versions.current(warehouse.paths)
        assert new.name != old.name and new.fingerprint != old.fingerprint
        assert warehouse.query(COUNT) == [(old.record["righe"]["celle"], old.record["righe"]["quadrature"])]
        again.touch()
        out, err = reader.communicate(timeout=60)
    finally:
        reader.kill()
    assert reader.returncode == 0, err
    name, times, title = out.strip().split(" ", 2)
    assert (name, title) == (new.name, f"{TITLE.removeprefix('titolo: ')} (seconda stesura)")
    assert int(times) > 10

    # the record of the new version knows the way of every model, also of those that were not built again
    same = {relation: model["sql"] for relation, model in new.record["modelli"].items()}
    assert same == {relation: model["sql"] for relation, model in old.record["modelli"].items()}

    # the old version is as it was, and can be served again
    assert _digest(old.database) == old_bytes
    listed = warehouse.ambito("versions")
    assert listed.returncode == 0 and old.name in listed.stdout and new.name in listed.stdout
    back = warehouse.ambito("versions", "--use", old.name)
    assert back.returncode == 0, back.stderr
    assert warehouse.served() == old.name and _title(warehouse) == old_title
    asked = warehouse.ambito("sql", "select count(*) as n from marts.celle", "--version", new.name, "--format", "csv")
    assert asked.stdout.splitlines() == ["n", str(new.record["righe"]["celle"])]
    unknown = warehouse.ambito("versions", "--use", "20000101T000000Z-00000000")
    assert unknown.returncode == 1
    assert "non c'è" in unknown.stderr and "Traceback" not in unknown.stderr
    assert warehouse.served() == old.name


# The build, killed by itself at one step. Once a step has run dbt to its end, its result stands in for it.
KILLED = """
import json, os, signal, sys
from pathlib import Path
from ingest.paths import Paths
from ingest.prospetti import load
from warehouse import build as building, dbt_run, publish, versions

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

step = sys.argv[1]
paths = Paths.from_environment()
steps = lambda *_: None
if step == "load":
    load._store_rules = die  # the cells are stored, the transaction is open
elif step == "dbt":
    steps = lambda done, total, name: die() if done == 60 else None
elif step != "copy":
    manifest = json.loads((paths.build / "target" / "manifest.json").read_text(encoding="utf-8"))
    building.run_dbt_build = lambda *_, **__: dbt_run.DbtResult(0, manifest)
if step == "copy":
    calls = []
    comment = publish._comment
    publish._comment = lambda *given: (calls.append(1), die() if len(calls) == 40 else comment(*given))
elif step == "record":
    publish._write = lambda path, text: (path.write_text(text[:100]), die())
elif step == "move":
    Path.chmod = die  # the record is written, the copy has not its name yet
elif step == "pointer":
    replace = Path.replace
    Path.replace = lambda self, target: die() if Path(target).name == versions.POINTER else replace(self, target)
building.build(paths, steps=steps)
raise SystemExit("not killed")
"""


def _kill_at(warehouse: Warehouse, step: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, step],
        cwd=warehouse.root,
        env=warehouse.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, (step, done.stdout, done.stderr)


def test_a_build_killed_anywhere_leaves_the_last_version_served(warehouse: Warehouse) -> None:
    old = versions.current(warehouse.paths)
    old_bytes, rows = _digest(old.database), warehouse.query(COUNT)
    _rename(warehouse, "mai pubblicata")
    for step in ("load", "dbt", "copy", "record", "move", "pointer"):
        _kill_at(warehouse, step)
        assert versions.current(warehouse.paths).name == old.name, step
        assert warehouse.query(COUNT) == rows, step
        assert "mai pubblicata" not in _title(warehouse), step
        for version in versions.published(warehouse.paths):  # a version listed is a whole one
            assert set(version.record["righe"]) == set(old.record["righe"])
            with duckdb.connect(str(version.database), read_only=True) as con:
                assert con.execute(COUNT).fetchall() == rows
    assert _digest(old.database) == old_bytes
    # listed: the old one, and the one that was whole when the pointer did not move
    assert len(versions.published(warehouse.paths)) == 2

    after = warehouse.ambito("build")

    assert after.returncode == 0, after.stderr
    assert "mai pubblicata" in _title(warehouse)
    assert warehouse.query(COUNT) == rows
    assert versions.current(warehouse.paths).name == versions.published(warehouse.paths)[-1].name
    assert "niente di nuovo" in warehouse.ambito("build").stderr


def test_two_builds_at_once(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits a little, then says who is at work; nothing breaks."""
    monkeypatch.setattr(building, "_WAIT_SECONDS", 0.2)
    with building.exclusive(warehouse.paths):
        for work in (building.build, building.load):
            with pytest.raises(building.BusyError, match="Un'altra elaborazione"):
                work(warehouse.paths)
    free = warehouse.ambito("build")
    assert free.returncode == 0 and "niente di nuovo" in free.stderr


def test_the_pointer_is_replaced_whole(built: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands under the pointer's name is always a whole pointer: it is written aside and moved."""
    paths = Warehouse(root=built.root, data=tmp_path).paths
    paths.published.mkdir()
    for name in ("a", "b"):
        versions.database_path(paths, name).write_bytes(b"")
        versions.record_path(paths, name).write_text(json.dumps({"impronta": name}), encoding="utf-8")
    versions.switch(paths, "a")

    def interrupted(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(OSError):
        versions.switch(paths, "b")
    assert versions.current(paths).name == "a"
    monkeypatch.undo()
    assert versions.switch(paths, "b").name == "b" == versions.current(paths).name
    with pytest.raises(versions.UnknownVersionError):
        versions.switch(paths, "c")
    assert versions.current(paths).name == "b"


def test_the_published_folder_of_the_project_is_not_in_git() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert any(line.strip("/") == "data" for line in ignored)
