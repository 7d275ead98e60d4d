"""What modules see while they are imported, and the application may have changed by then: os.environ and sys.path.

A worker notes it for each import, and its template brings it about for the same import: SOME_LIBRARY_DEBUG=1 that a
project sets before it imports the library means the same in both.
"""

import os
import sys

if False:
    from typing import Any, Dict, List, Optional

    # `environ`: variables that are not as at first, None for one that was removed; `path`: sys.path, None if as at first.
    Conditions = Dict[str, Any]


class ImportConditions:
    """The difference between now and the moment at which this was made."""

    def __init__(self) -> None:
        self._first_environ = dict(os.environ)
        self._first_path = _path()
        self._environ = _raw_environ()
        self._path = self._first_path
        self._now: "Conditions" = {"environ": {}, "path": None}
        # Brought about by us: values of variables, with those before; entries of sys.path.
        self._set: "Dict[str, Optional[str]]" = {}
        self._before: "Dict[str, Optional[str]]" = {}
        self._added: "List[str]" = []

    def now(self) -> "Conditions":
        """The same object as long as nothing changes: this is asked for each import."""
        environ, path = _raw_environ(), _path()
        if environ != self._environ or path != self._path:
            self._environ, self._path = environ, path
            self._now = self._changes(path)
        return self._now

    def _changes(self, path: "List[str]") -> "Conditions":
        first, present = self._first_environ, dict(os.environ)
        environ: "Dict[str, Optional[str]]" = {
            name: value for name, value in present.items() if first.get(name) != value
        }
        environ.update((name, None) for name in first if name not in present)
        return {"environ": environ, "path": None if path == self._first_path else path}

    def bring_about(self, conditions: "Conditions") -> None:
        """Change what is not so already: what modules that are imported have done themselves stays theirs."""
        self._take_back_environ(conditions["environ"])
        for name, value in conditions["environ"].items():
            before = os.environ.get(name)
            if before != value:
                self._before.setdefault(name, before)
                self._set[name] = value
                _set_variable(name, value)
        wanted = conditions["path"]
        if wanted is not None and wanted != _path():
            self._added += [entry for entry in wanted if entry not in sys.path]
            sys.path[:] = wanted

    def take_back(self) -> None:
        """Undo what was brought about."""
        self._take_back_environ({})
        others = [
            entry
            for entry in sys.path
            if entry not in self._added and entry not in self._first_path
        ]
        if self._added or not set(self._first_path) <= set(sys.path):
            sys.path[:] = self._first_path + others

    def _take_back_environ(self, wanted: "Dict[str, Optional[str]]") -> None:
        for name in [one for one in self._set if one not in wanted]:
            value = self._set.pop(name)
            before = self._before.pop(name)
            if os.environ.get(name) == value:
                _set_variable(name, before)


def _set_variable(name: str, value: "Optional[str]") -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _raw_environ() -> "Dict[Any, Any]":
    """A copy, without the cost of decoding it where there is a way around that."""
    return dict(getattr(os.environ, "_data", os.environ))


def _path() -> "List[str]":
    return [entry for entry in sys.path if isinstance(entry, str)]
