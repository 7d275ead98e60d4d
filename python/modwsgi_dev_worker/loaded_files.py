"""Tells the supervisor which source files this process has loaded, so that it can watch exactly these.

A file found by an import is reported before it is run, so that the supervisor knows it even if running
it ends the process. Names that an import did not find are reported as the files that would have
answered it, with null for the modification time. Nothing is reported of the standard library.
"""

import os
import sys
from _frozen_importlib_external import PathFinder  # importlib.machinery would import warnings
from _thread import RLock
from binascii import b2a_base64
from time import time

from .import_conditions import ImportConditions

try:
    from _sha1 import sha1  # hashlib would import much more
except ImportError:
    sha1 = None  # type: ignore[assignment]

if False:
    from types import ModuleType
    from typing import Any, Callable, Dict, FrozenSet, List, Optional, Sequence, Set, Tuple, Union

    from .import_conditions import Conditions

    from .import_times import ImportTimes
    from .kept_code import KeptCode

    File = Union[Tuple[str, Optional[int]], Tuple[str, Optional[int], Optional[str]]]

MAX_BATCH = 500  # files in one message

# Bytecode younger than its source by less than this may be that of the save before: a second that
# Python does not tell apart, and as much for an import that was under way.
DOUBTFUL_SECONDS = 2

# A file that was written so many seconds before it is loaded may be another one again soon (a save that is taken
# back, or a file that is written by those who load it): its time does not tell which content was loaded.
LATELY_SECONDS = 10


class LoadedFiles:
    """The files reported so far, and what it takes to find new ones."""

    def __init__(self, report: "Callable[[List[File]], None]", enabled: bool) -> None:
        self._report = report
        self.enabled = enabled
        self.times: "Optional[ImportTimes]" = None  # while imports are measured
        self._seen: "Set[str]" = set()
        self._missing: "Set[str]" = set()
        self._shared: "FrozenSet[str]" = frozenset()  # both, of the template that this process was
        self._modules: "Set[str]" = set()  # names in sys.modules that were looked at
        self._last = ""  # the latest of them
        self.conditions: "Optional[ImportConditions]" = None
        # Of installed modules whose import was begun, in that order, with what they have seen.
        self.names: "Dict[str, Conditions]" = {}
        self.kept: "Optional[KeptCode]" = None
        self._found: "List[File]" = []  # not reported yet
        self._lock = RLock()
        self._library: "Tuple[str, ...]" = ()
        self._installed: "Tuple[str, ...]" = ()

    def watch_imports(self) -> None:
        """Put a finder before the one that searches sys.path."""
        if not self.enabled or self._library:
            return
        self._library, self._installed = _library_folders()
        self._modules.update(sys.modules)
        self._last = next(reversed(sys.modules))  # type: ignore[call-overload]
        self.conditions = ImportConditions()
        for name in list(sys.modules):
            spec = getattr(sys.modules[name], "__spec__", None)
            if name != "__main__" and spec is not None and spec.has_location:
                self.begin_import(name, spec.origin)
        finders = sys.meta_path
        at = finders.index(PathFinder) if PathFinder in finders else len(finders)
        finders.insert(at, ReportingFinder(self))  # type: ignore[arg-type]

    def be_shared(self, found: "List[File]") -> None:
        """In a template, before it forks: what is known now is known to all workers, without being touched by them.

        found: what was reported, but for files of the project, which workers load themselves.
        """
        self._shared = frozenset(file[0] for file in found)
        # What workers add to, or would let go, is new for them.
        self._seen, self._missing, self._modules = set(), set(), set()
        self.names = {}
        self._last = next(reversed(sys.modules))  # type: ignore[call-overload]

    def report_to(self, report: "Callable[[List[File]], None]", enabled: bool) -> None:
        """In a worker that was forked: report what it loads beyond the template."""
        self._report = report
        self.enabled = enabled

    def add_file(self, path: str) -> None:
        """Report a file that is about to be loaded, or was."""
        if self.enabled:
            self._note(path)
            self._send()

    def add_missing(self, name: str, folders: "Sequence[str]") -> None:
        """Report the files that an import of `name` looked for in these folders, in vain."""
        last = name.rpartition(".")[2]
        for folder in folders:
            if not isinstance(folder, str) or self._is_library(folder + os.sep, True):
                continue
            folder = os.path.abspath(folder)
            if os.path.isdir(folder):
                for path in (
                    os.path.join(folder, last + ".py"),
                    os.path.join(folder, last, "__init__.py"),
                ):
                    if path not in self._missing and path not in self._shared:
                        self._missing.add(path)
                        self._found.append((path, None))
        self._send()

    def note_rival(self, path: str) -> None:
        """Note the package that an import would find in place of this module, to be reported with it."""
        name, end = os.path.splitext(path)
        rival = os.path.join(name, "__init__.py")
        if end == ".py" and os.path.basename(name) != "__init__" and rival not in self._missing:
            self._missing.add(rival)
            self._found.append((rival, None))

    def add_error(self, error: BaseException) -> None:
        """Report the files that a failure to load points at."""
        if not self.enabled:
            return
        while error is not None:
            if isinstance(error, SyntaxError) and error.filename:
                self._note(error.filename)
            step = error.__traceback__
            while step is not None:
                self._note(step.tb_frame.f_code.co_filename)
                step = step.tb_next
            error = error.__cause__ or error.__context__  # type: ignore[assignment]
        self._send()

    def scan_modules(self) -> None:
        """Report the files of modules that came into sys.modules in other ways."""
        if not self.enabled:
            return
        with self._lock:
            for name in self._latest_modules():
                if name not in self._modules:
                    self._modules.add(name)
                    path = getattr(sys.modules.get(name), "__file__", None)
                    if isinstance(path, str):
                        self._note(path)
            self._send()

    def _latest_modules(self) -> "List[str]":
        """Names that came into sys.modules since this was asked before, and perhaps more.

        The others are not touched: a worker would have its own copy of each page that they lie on.
        """
        names: "List[str]" = []
        for name in reversed(sys.modules):  # type: ignore[call-overload]
            if name == self._last:
                break
            names.append(name)
        if names:
            self._last = names[0]
        return names

    def _note(self, path: str) -> None:
        if path.endswith((".pyc", ".pyo")) and os.path.exists(path[:-1]):
            path = path[:-1]
        if not os.path.isabs(path) or path in self._seen or path in self._shared:
            return
        if self._is_library(path, False):
            return
        self._seen.add(path)
        try:
            path.encode("utf-8")
            modified = os.stat(path).st_mtime_ns
            if time() - modified / 1e9 < LATELY_SECONDS and not self.is_installed(path):
                self._found.append((path, modified, _hash(path)))
            else:
                self._found.append((path, modified))
        except (OSError, UnicodeEncodeError):
            pass  # a name that is no UTF-8 the supervisor could not look at

    def _is_library(self, path: str, installed_too: bool) -> bool:
        if installed_too and path.startswith(self._installed):
            return True
        return path.startswith(self._library) and not path.startswith(self._installed)

    def is_installed(self, path: str) -> bool:
        """True for a file of the standard library or of an installed package."""
        return self._is_library(path, True)

    def begin_import(self, name: str, path: str) -> None:
        """A module was found, and is about to be loaded."""
        if name not in self.names and self.is_installed(path) and self.conditions is not None:
            self.names[name] = self.conditions.now()

    def common_imports(self) -> "List[Tuple[Conditions, List[str]]]":
        """Modules that are no part of the project, in the order in which their imports began, with what they saw.

        In a worker that was forked: those that its template has not.
        (sys.modules has the order of their ends, in which modules that need each other cannot be imported.)
        """
        groups: "List[Tuple[Conditions, List[str]]]" = []
        for name, conditions in list(self.names.items()):
            if name in sys.modules:
                if not groups or groups[-1][0] != conditions:
                    groups.append((conditions, []))
                groups[-1][1].append(name)
        return groups

    def _send(self) -> None:
        with self._lock:
            found, self._found = self._found, []
        for start in range(0, len(found), MAX_BATCH):
            self._report(found[start : start + MAX_BATCH])


class ReportingFinder:
    """An entry of sys.meta_path that searches as PathFinder and those after it do, and reports what it saw."""

    def __init__(self, files: "LoadedFiles") -> None:
        self._files = files

    def find_spec(
        self, name: str, path: "Optional[Sequence[str]]" = None, target: "Any" = None
    ) -> "Any":
        """The spec that the import will have, or None."""
        if self._files.times is not None:
            self._files.times.search(name)
        spec = PathFinder.find_spec(name, path, target)
        if spec is None:
            self._files.add_missing(name, sys.path if path is None else list(path))
            spec = self._ask_others(name, path, target)
        if spec is not None and spec.has_location and spec.origin:
            self._files.begin_import(name, spec.origin)
            is_installed = self._files.is_installed(spec.origin)
            if not is_installed:
                self._files.note_rival(spec.origin)
            self._files.add_file(spec.origin)
            if not is_installed:
                if spec.cached:
                    drop_doubtful_bytecode(spec.origin, spec.cached)
            elif self._files.kept is not None:
                self._files.kept.lend(spec)
        return spec

    def _ask_others(self, name: str, path: "Any", target: "Any") -> "Any":
        """What a finder after this one and PathFinder has, as that of an editable install."""
        finders = list(sys.meta_path)
        for finder in finders[finders.index(self) + 1 :]:  # type: ignore[arg-type]
            find = None if finder is PathFinder else getattr(finder, "find_spec", None)
            spec = find and find(name, path, target)
            if spec is not None:
                return spec
        return None

    def invalidate_caches(self) -> None:
        """Nothing is cached here."""


def drop_doubtful_bytecode(source: str, cached: str) -> None:
    """Remove the bytecode of a source file that may have been saved again since it was compiled.

    Python takes bytecode for current when second and size of the source are those it was made from, so
    a save of the same size within the second of an import would go unseen.
    """
    try:
        if os.stat(cached).st_mtime - os.stat(source).st_mtime < DOUBTFUL_SECONDS:
            os.unlink(cached)
    except OSError:
        pass


def _hash(path: str) -> "Optional[str]":
    """As contentHash() in src/watch/watched-file.ts; None where this Python has no SHA-1 of its own."""
    if sha1 is None:
        return None
    with open(path, "rb") as file:
        digest = sha1(file.read()).digest()
    return b2a_base64(digest, newline=False).decode("ascii")


def _library_folders() -> "Tuple[Tuple[str, ...], Tuple[str, ...]]":
    """Folders of the standard library, and folders of installed packages (which may be inside)."""
    library = {os.path.dirname(os.__file__)}
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    library.add(own)
    installed = set()
    for folder in sys.path:
        if os.path.basename(folder) in ("site-packages", "dist-packages"):
            installed.add(folder)
        elif os.path.basename(folder) == "lib-dynload" or folder.endswith(".zip"):
            library.add(folder)

    def prefixes(folders: "Any") -> "Tuple[str, ...]":
        return tuple(os.path.join(folder, "") for folder in folders)

    return prefixes(library), prefixes(installed)
