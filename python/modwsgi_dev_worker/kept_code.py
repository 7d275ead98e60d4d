"""Code of the installed modules that are left out of a template: workers run it, each for itself, but share its memory.

A module that needs the project when it is imported (`django.contrib.auth.models`) is imported in every worker. To read and
unmarshal its code is half of the time that takes, and would leave another copy of the code in each of them.
"""

import os
import sys
from _frozen_importlib_external import PathFinder, SourceFileLoader

if False:
    from types import CodeType
    from typing import Any, Dict, Iterable, Optional, Tuple

    from .loaded_files import LoadedFiles

    State = Tuple[int, int]


class KeptCode:
    """Code by the path of its source, with what the source was when the code was made."""

    def __init__(self) -> None:
        self._kept: "Dict[str, Tuple[State, CodeType]]" = {}

    def keep(self, names: "Iterable[str]", files: "LoadedFiles") -> None:
        """Take the code of those of these modules that are not loaded, nor kept already.

        Their files are reported: what is kept ends with them.
        """
        for name in names:
            if name in sys.modules:
                continue
            try:
                spec = _find(name)
            except Exception:
                continue  # for the worker to find out
            if spec is None or type(spec.loader) is not SourceFileLoader:
                continue
            path = spec.origin
            if path in self._kept or not files.is_installed(path):
                continue
            files.add_file(path)
            state = _state(path)
            try:
                code = spec.loader.get_code(name)
            except Exception:
                continue  # for the worker to find out
            if state is not None and code is not None:
                self._kept[path] = state, code

    def lend(self, spec: "Any") -> None:
        """Have the loader of a module take what is kept, where there is something."""
        if spec.origin not in self._kept or type(spec.loader) is not SourceFileLoader:
            return
        state, code = self._kept[spec.origin]
        if state == _state(spec.origin):
            _answer_once(spec.loader, code)


def _answer_once(loader: "Any", code: "CodeType") -> None:
    """The next get_code() gives this, and leaves no trace on the loader, which the module keeps."""

    def get_code(name: str) -> "CodeType":
        del loader.get_code
        return code

    loader.get_code = get_code


def _find(name: str) -> "Any":
    """The spec of a module, without an import of the packages that it is in.

    Raises KeyError where one of these is a package without a file, in a package that is not loaded: Python asks that one.
    """
    parent = name.rpartition(".")[0]
    if not parent:
        return PathFinder.find_spec(name)
    if parent in sys.modules:
        folders = getattr(sys.modules[parent], "__path__", None)
    else:
        folders = getattr(_find(parent), "submodule_search_locations", None)
    return None if folders is None else PathFinder.find_spec(name, folders)


def _state(path: str) -> "Optional[State]":
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
