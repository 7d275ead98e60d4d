"""Gives out the numbers by which Python's specializing interpreter (3.11 and later) knows types and the names of modules.

They are given when code that needs one runs for the first time, and written beside the type or the names. Where a template
has them already, its workers leave the pages of memory alone on which they stand.
"""

import sys
from types import FunctionType, ModuleType

if False:
    from typing import Any, Dict

# Calls after which Python has specialized a function for what it found (Include/internal/pycore_code.h).
_ENOUGH_CALLS = 20


def give_versions() -> None:
    if sys.version_info < (3, 11):
        return
    # Those of derived types are taken back when their base is changed, each on a page of its own.
    for one in type.__subclasses__(object):
        # Looked for in the type as well (Objects/typeobject.c: type_getattro), and no code of anybody's runs.
        type.__getattribute__(one, "mro")
    for module in list(sys.modules.values()):
        # Others may load themselves when they are asked for anything.
        if type(module) is ModuleType:
            give_version(module.__dict__)


def give_version(names: "Dict[str, Any]") -> "FunctionType":
    """To the names of a module; gives the function that was specialized for it."""
    load = FunctionType(_load.__code__.replace(), names)
    if "__name__" in names:
        for _ in range(_ENOUGH_CALLS):
            load()
    return load


def _load() -> "Any":
    return __name__
