"""Makes the process look as one of mod_wsgi's daemon processes looks to the application."""

import _locale
import builtins
import os
import sys
from _frozen_importlib import BuiltinImporter
from types import ModuleType

import mod_wsgi

from .error_report import set_place
from .log_stream import replace_standard_streams
from .process_title import show_title

if False:
    from typing import Any, Dict, List


def prepare_process(configuration: "Dict[str, Any]") -> None:
    """Apply the `configure` message: environment, folder, search path, streams, module mod_wsgi."""
    os.environ.update(configuration["processEnviron"])
    access = configuration.get("access")
    if access is None:
        _name_account()
        _set_locale()
    show_title(configuration.get("title", ""))
    os.chdir(configuration["workingDirectory"])
    _set_search_path(configuration["pythonPath"])
    # What mod_wsgi-express has the application begin with; scripts of Apache's own processes have it not.
    if access is None or access["besideApplication"]:
        sys.path.insert(0, configuration["workingDirectory"])
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


def _name_account() -> None:
    """The account this process runs as: HOME always, the variables of its name where they are there.

    As mod_wsgi: a server that root has started does not leave root's home to the application.
    """
    import pwd

    try:
        account = pwd.getpwuid(os.getuid())
    except KeyError:
        return  # a number without a name
    os.environ["HOME"] = account.pw_dir
    for name in ("USER", "LOGNAME", "USERNAME"):
        if name in os.environ:
            os.environ[name] = account.pw_name


def _set_locale() -> None:
    """All categories as LC_ALL says; the interpreter itself sets the one of characters only."""
    try:
        _locale.setlocale(_locale.LC_ALL, os.environ.get("LC_ALL", ""))
    except _locale.Error:
        pass  # the machine does not have it


def _set_search_path(folders: "List[str]") -> None:
    """First the folders of --python-path with what their .pth files add."""
    path = sys.path
    path[:] = [entry for entry in path if entry]
    if folders:
        import site

        before = list(path)
        for folder in folders:
            site.addsitedir(folder)
        added = [entry for entry in path if entry not in before]
        path[:] = added + [entry for entry in path if entry not in added]


def _set_warnings(options: "List[str]") -> None:
    """Filters of --python-warnings, as those of the interpreter's option -W."""
    if options:
        import warnings

        sys.warnoptions.extend(options)
        warnings._processoptions(options)  # type: ignore[attr-defined]


def _empty_main_module() -> None:
    """`__main__` is an empty module: not the application, and not us."""
    main = ModuleType("__main__")
    main.__loader__ = BuiltinImporter
    main.__dict__.update(__annotations__={}, __builtins__=builtins)
    _kept.append(sys.modules["__main__"])
    sys.modules["__main__"] = main


_kept: "List[ModuleType]" = []  # what was __main__ still runs
