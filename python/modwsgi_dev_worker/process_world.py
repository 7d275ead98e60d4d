"""Makes the process look as one of mod_wsgi's daemon processes looks to the application."""

import os
import sys
from types import ModuleType

import mod_wsgi

from .error_report import set_place
from .log_stream import replace_standard_streams

if False:
    from typing import Any, Dict, List


def prepare_process(configuration: "Dict[str, Any]") -> None:
    """Apply the `configure` message: environment, folder, search path, streams, module mod_wsgi."""
    os.environ.update(configuration["processEnviron"])
    os.chdir(configuration["workingDirectory"])
    _set_search_path(configuration["workingDirectory"], configuration["pythonPath"])
    _set_warnings(configuration["pythonWarnings"])
    if configuration["switchInterval"] is not None:
        sys.setswitchinterval(configuration["switchInterval"])
    sys.argv = ["mod_wsgi"]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = []
    _empty_main_module()
    replace_standard_streams(configuration["debug"] is not None)
    mod_wsgi.process_group = configuration["processGroup"]
    mod_wsgi.application_group = configuration["applicationGroup"]
    mod_wsgi.maximum_processes = configuration["maximumProcesses"]
    mod_wsgi.threads_per_process = configuration["threads"]
    set_place(configuration["processGroup"], configuration["applicationGroup"])


def _set_search_path(working_directory: str, folders: "List[str]") -> None:
    """The working directory, then the folders of --python-path with what their .pth files add."""
    path = sys.path
    path[:] = [entry for entry in path if entry]
    if folders:
        import site

        before = list(path)
        for folder in folders:
            site.addsitedir(folder)
        added = [entry for entry in path if entry not in before]
        path[:] = added + [entry for entry in path if entry not in added]
    path.insert(0, working_directory)


def _set_warnings(options: "List[str]") -> None:
    """Filters of --python-warnings, as those of the interpreter's option -W."""
    if options:
        import warnings

        sys.warnoptions.extend(options)
        warnings._processoptions(options)  # type: ignore[attr-defined]


def _empty_main_module() -> None:
    """`__main__` is an empty module: not the application, and not us."""
    main = ModuleType("__main__")
    main.__dict__.update(__annotations__={}, __builtins__=__builtins__)
    _kept.append(sys.modules["__main__"])
    sys.modules["__main__"] = main


_kept: "List[ModuleType]" = []  # what was __main__ still runs
