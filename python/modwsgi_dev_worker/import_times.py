"""Measures the imports of a load: which modules take how long, by themselves and with what they import.

It begins when our finder is asked for a module (loaded_files.py) and is over when Python says that it is imported, by the
function that writes the lines of `python -v`. So nothing of ours is called around the code of a module: there is no
frame of ours in a traceback, and loaders, specs and modules are what they are without us. Measured: 1 us for each
module, of 300 us and more that its import takes.
"""

import os
import sys
import _frozen_importlib as importlib_core
from _thread import get_ident
from time import perf_counter

if False:
    from typing import Any, Callable, List, Tuple

    # Name, seconds of its own, seconds with all that it imports.
    Time = Tuple[str, float, float]
    # The same, and whether it belongs to the project.
    ToldTime = Tuple[str, float, float, bool]

LONG_LOAD = 1.0  # seconds after which somebody wants to know why
MOST_TOLD = 10
LEAST_TOLD = 0.001  # seconds
IMPORTED = "import {!r} # {!r}"  # what Python says of a module and its loader


class ImportTimes:
    """The modules that this thread imports between `begin` and `end`, most of them found by our finder."""

    def __init__(self) -> None:
        self.times: "List[Time]" = []
        # What is searched or runs, the innermost last: name, begin, seconds of what it has imported. Those whose
        # import came to nothing stay until what imports them is through.
        self._open: "List[List[Any]]" = []
        self._thread = 0
        self._say: "Callable[..., None]" = lambda message, *args: None

    def begin(self, source: str) -> None:
        """`source`: what is loaded, a path or the name of a module. All that no module takes is its own."""
        self._thread = get_ident()
        self._open = [[source, perf_counter(), 0.0]]
        if hasattr(importlib_core, "_verbose_message"):  # another Python may do without
            self._say = importlib_core._verbose_message
            importlib_core._verbose_message = self._said

    def end(self) -> None:
        if getattr(importlib_core, "_verbose_message", None) == self._said:
            importlib_core._verbose_message = self._say
        self._close(0)
        self._thread = 0

    def search(self, name: str) -> None:
        """A module is about to be looked for."""
        if get_ident() == self._thread:
            self._open.append([name, perf_counter(), 0.0])

    def slowest(self, is_installed: "Callable[[str], bool]") -> "List[ToldTime]":
        """Those with the longest times of their own, the longest first.

        is_installed: whether a file is one of the standard library or of an installed package.
        """
        worth = [time for time in self.times if time[1] >= LEAST_TOLD]
        slowest = sorted(worth, key=lambda time: time[1], reverse=True)[:MOST_TOLD]
        return [
            (_short(name), own, whole, _is_project(name, is_installed)) for name, own, whole in slowest
        ]

    def _said(self, message: str, *args: "Any", **options: "Any") -> None:
        if message == IMPORTED:
            self._imported(args[0])
        if sys.flags.verbose:
            self._say(message, *args, **options)

    def _imported(self, name: str) -> None:
        if get_ident() != self._thread:
            return
        place = len(self._open) - 1
        while place > 0 and self._open[place][0] != name:
            place -= 1
        if place > 0:  # others were found by other finders: they count as their importer's own
            self._close(place)

    def _close(self, place: int) -> None:
        name, start, _ = self._open[place]
        whole = perf_counter() - start
        inner = 0.0
        for entry in self._open[place:]:
            inner += entry[2]
        del self._open[place:]
        self.times.append((name, whole - inner, whole))
        if place > 0:
            self._open[-1][2] += whole


def _is_project(name: str, is_installed: "Callable[[str], bool]") -> bool:
    if os.path.isabs(name):  # a script
        return True
    path = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(path, str) and not is_installed(path)


def _short(name: str) -> str:
    """The path of a script as seen from here; names of modules stay what they are."""
    here = os.path.join(os.getcwd(), "")
    return name[len(here) :] if name.startswith(here) else name
