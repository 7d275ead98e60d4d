"""Loads the application and knows whether its source has changed since.

Three kinds, as --application-type has them: a script file, run as module `__wsgi__`; a dotted module;
a Paste configuration. Loading happens at the start in the main thread; while it fails, every request
tries again (measured on mod_wsgi 6.0.5: runtime of mod_wsgi-express, ApplicationHandler).
"""

import os
import sys
from _thread import RLock
from time import time
from types import ModuleType

from .error_report import report_load_error
from .process_signals import LeaveNow

if False:
    from typing import Any, Callable, Dict, Optional

    from .debug_mode import DebugMode
    from .loaded_files import LoadedFiles
    from .resources import Resources


class MissingCallable(AttributeError):
    """The source was run, but the callable is not there. Logged as AttributeError."""


MissingCallable.__name__ = MissingCallable.__qualname__ = "AttributeError"
MissingCallable.__module__ = "builtins"


def _no_application(environ: "Dict[str, Any]", start_response: "Any") -> "Any":
    """Never called: the front gives such a site no request for an application."""
    raise NotImplementedError


class Application:
    """The WSGI callable of this process.

    `function` is the callable, or None while there is none or none may be called any more; None as well
    where `resources` are there, since then it depends on the request what is called.
    """

    def __init__(self, configuration: "Dict[str, Any]", files: "LoadedFiles") -> None:
        self.script: "Optional[str]" = configuration.get("script")
        self.module: "Optional[str]" = configuration.get("module")
        self.paste: "Optional[str]" = configuration.get("paste")
        self.callable_name: str = configuration["callable"]
        self.reloading = bool(configuration.get("scriptReloading"))
        self.files = files
        self.resources: "Optional[Resources]" = None
        if configuration.get("handlers"):
            from .resources import Resources

            self.resources = Resources(configuration["handlers"], files)
        self.function: "Optional[Callable[..., Any]]" = None
        self.error: "Optional[BaseException]" = None
        self.leaving = False
        self.modules_seen = len(sys.modules)
        self._lock = RLock()
        self._target = self.script or self.paste  # the file whose change means a new process
        self._modified: "Optional[int]" = None
        self._loaded: "Optional[Callable[..., Any]]" = None
        self.on_late_load: "Callable[[], None]" = lambda: None
        self.debug: "Optional[DebugMode]" = None

    def load(
        self,
        remote: "Optional[str]" = None,
        script: "Optional[str]" = None,
        request: "Optional[str]" = None,
    ) -> "Optional[Callable[..., Any]]":
        """Load the application, once; None if that failed, with the reason in the log.

        remote, script and request name the request that needs it, None at the start. (What the source prints
        belongs to no request: the thread has not made it its own yet.)
        """
        with self._lock:
            if self._loaded is None:
                try:
                    debug = self.debug
                    self._loaded = self._load() if debug is None else debug.load(self._load)
                except LeaveNow:
                    raise
                except BaseException as error:
                    self.error = error
                    report_load_error(error, self.source_name(), remote, script, request)
                    self.files.add_error(error)
                    return None
                finally:
                    self.report_files()
                self.error = None
                if not self.leaving and self.resources is None:
                    self.function = self._loaded
                if remote is not None:
                    self.on_late_load()
            return self._loaded

    def outdated(self) -> bool:
        """Whether it is loaded from a file that has changed since."""
        return self._loaded is not None and self.changed()

    def changed(self) -> bool:
        """Whether the file's modification time is not the one of loading."""
        if not self.reloading:
            return False
        try:
            return os.stat(self._target).st_mtime_ns != self._modified  # type: ignore[arg-type]
        except OSError:
            return self._modified is not None

    def leave(self) -> None:
        """Let no further request reach the application."""
        self.leaving = True
        self.function = None

    def report_files(self) -> None:
        """Report files that were loaded since the last time."""
        self.modules_seen = len(sys.modules)
        self.files.scan_modules()

    def source_name(self) -> str:
        """What it is loaded from: a path, or the name of a module."""
        return self.script or self.paste or self.module or ""

    def _load(self) -> "Callable[..., Any]":
        if self.script is not None:
            return self._load_script(self.script)
        if self.paste is not None:
            return self._load_paste(self.paste)
        if self.module is not None:
            return self._load_module(self.module)
        self.reloading = False
        return _no_application  # a site of files, with scripts for some of them

    def _load_script(self, path: str) -> "Callable[..., Any]":
        self._note_modified(path)
        self.files.add_file(path)
        module = ModuleType("__wsgi__")
        module.__file__ = path
        with open(path, "r", encoding="utf-8") as file:
            source = file.read()
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
        sys.modules["__wsgi__"] = module
        return self._callable_of(module)

    def _load_module(self, name: str) -> "Callable[..., Any]":
        __import__(name)
        module = sys.modules[name]
        path = getattr(module, "__file__", None)
        if path:
            if path.endswith((".pyc", ".pyo")):
                path = path[:-1]
            self._target = path
            self._note_modified(path)
        else:
            self.reloading = False
        return self._callable_of(module)

    def _load_paste(self, path: str) -> "Callable[..., Any]":
        self._note_modified(path)
        self.files.add_file(path)
        from paste.deploy import loadapp  # type: ignore[import]

        return loadapp("config:" + path)

    def _callable_of(self, module: "ModuleType") -> "Callable[..., Any]":
        try:
            return getattr(module, self.callable_name)
        except AttributeError as error:
            raise MissingCallable(str(error)) from None

    def _note_modified(self, path: str) -> None:
        """Taken before the source is read: a change in between then counts as one."""
        try:
            self._modified = os.stat(path).st_mtime_ns
        except OSError:
            self._modified = None
