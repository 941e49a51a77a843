"""Libraries that take seconds to import are imported in the background, while files are read."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from types import ModuleType
from typing import TypeVar

# One at a time: two threads importing what depends on the same modules may wait for each other forever.
_ONE = ThreadPoolExecutor(1, thread_name_prefix="import")
# What reads a file waits for its turn after every piece of compiled work: 5 ms each, unless asked for less.
_TURN_SECONDS = 0.0005

T = TypeVar("T")


def in_turn(work: Callable[[], T]) -> Future[T]:
    """Start something that imports on its way, after the imports asked for before."""
    sys.setswitchinterval(_TURN_SECONDS)
    return _ONE.submit(work)


@cache
def import_ahead(name: str) -> Future[ModuleType]:
    """Start importing a module, after those asked for before; asked twice, it is the same import."""
    return in_turn(lambda: importlib.import_module(name))


def imported(name: str) -> ModuleType:
    """A module, as soon as it is there.

    Raises:
        ImportError: It is not installed, or does not import.
    """
    return import_ahead(name).result()
