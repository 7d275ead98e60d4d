"""Scripts of --add-handler: each answers for files of one extension, in the processes of the application.

They are loaded together, by the first request that needs one, as mod_wsgi-express does it; while that
fails every such request tries again, and the application is not concerned.
"""

import sys
from _thread import RLock
from os.path import splitext
from types import ModuleType

from .error_report import report_load_error

if False:
    from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

    from .loaded_files import LoadedFiles

# What the front says in the environ of a request that belongs to a script (`mod_wsgi.request_handler`).
REQUEST_HANDLER = "wsgi-resource"

_MARK = "\0mod_wsgi.request_handler\0" + REQUEST_HANDLER


class Resources:
    """The scripts of this process, by extension."""

    def __init__(self, scripts: "Sequence[Sequence[str]]", files: "LoadedFiles") -> None:
        self._scripts = scripts
        self._files = files
        self._modules: "Optional[Dict[str, ModuleType]]" = None
        self._lock = RLock()

    def wants(self, text: str) -> bool:
        """Whether the environ, as it came, is that of a request for one of the scripts."""
        return _MARK in text

    def load(self, remote: str, script: str, request: str) -> "Optional[Callable[..., Any]]":
        """What answers such requests; None if a script could not be loaded, with the reason in the log."""
        with self._lock:
            if self._modules is None:
                modules = {}
                for extension, path in self._scripts:
                    try:
                        modules[extension] = self._load(extension, path)
                    except BaseException as error:
                        report_load_error(error, path, remote, script, request)
                        self._files.add_error(error)
                        return None
                    finally:
                        self._files.scan_modules()
                self._modules = modules
        return self.handle_request

    def _load(self, extension: str, path: str) -> "ModuleType":
        self._files.add_file(path)
        module = ModuleType(module_name(extension))
        module.__file__ = path
        with open(path, "r", encoding="utf-8") as file:
            source = file.read()
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
        sys.modules[module.__name__] = module
        return module

    def handle_request(self, environ: "Dict[str, Any]", start_response: "Any") -> "Any":
        """Call the script: its handle_request, or else its application."""
        module = self._modules[splitext(environ["SCRIPT_NAME"])[1]]  # type: ignore[index]
        function = getattr(module, "handle_request", None)
        if function is None:
            function = module.application
        return function(environ, start_response)

    def outdated(self, filename: str) -> bool:
        """Whether the script for this file says, by its reload_required, that a new process is due."""
        module = None if self._modules is None else self._modules.get(splitext(filename)[1])
        function = getattr(module, "reload_required", None)
        return function is not None and bool(function(filename))


def module_name(extension: str) -> str:
    """`.foo` -> `__wsgi_resource_foo__`; what no name can have becomes an underscore."""
    word = "".join(c if c.isalnum() or c == "_" else "_" for c in extension)
    return "__wsgi_resource%s__" % word
