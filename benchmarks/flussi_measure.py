"""Run a command in a process of its own and say what it took: wall, CPU, peak memory of it and its children."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

_EVERY_SECONDS = 0.05
_MB = 1024 * 1024


class Cost(NamedTuple):
    """What a command took."""

    wall: float
    cpu: float
    peak_mb: float

    def __add__(self, other: object) -> Cost:
        """One command after the other: times add up, the peak is the higher."""
        if not isinstance(other, Cost):
            return NotImplemented
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.peak_mb, other.peak_mb))


class CommandFailedError(Exception):
    """The command ended badly: its words."""


def measure(command: list[str], log: Path, environment: dict[str, str] | None = None) -> Cost:
    """Run a command to its end. What it prints goes to ``log``.

    This process must stay small: a child starts with the peak of the one that made it.

    Raises:
        CommandFailedError: It ended with another code than 0.
    """
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
        sampler = _Sampler(process.pid)
        sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        sampler.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        words = log.read_text(encoding="utf-8", errors="replace")[-3000:]
        raise CommandFailedError(f"{' '.join(command)}: ended with {process.returncode}\n{words}")
    # exact for one process (kilobytes on Linux, bytes on macOS); the samples see several together
    alone = usage.ru_maxrss * (1024 if sys.platform == "linux" else 1)
    return Cost(wall, usage.ru_utime + usage.ru_stime, max(alone, sampler.peak) / _MB)


class _Sampler(threading.Thread):
    """The memory of a process and its descendants together, looked at while they run (where there is ``/proc``)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._pid = pid
        self._done = threading.Event()

    def stop(self) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        while not self._done.wait(_EVERY_SECONDS):
            family = _family(self._pid)
            if len(family) > 1:
                self.peak = max(self.peak, sum(_resident(pid) for pid in family))


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:  # grows while it is read
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0
