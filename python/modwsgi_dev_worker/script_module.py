"""A script as a module: --service-script, and the scripts that decide on access. As mod_wsgi loads them."""

import os
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

if False:
    from types import CodeType, ModuleType


def module_name(path: str) -> str:
    """The name that stands for the whole path, so that files of the same name are different modules."""
    from hashlib import md5

    return "_mod_wsgi_" + md5(os.fsencode(path)).hexdigest()


def compile_script(path: str) -> "CodeType":
    """The code of a file; OSError and SyntaxError for one that cannot be read or is no Python."""
    with open(path, "rb") as file:
        source = file.read()
    return compile(source, path, "exec", dont_inherit=True)


def run_script(name: str, path: str, code: "CodeType") -> "ModuleType":
    """Run the code as the module `name`, which is gone again when that fails."""
    spec = spec_from_loader(name, SourceFileLoader(name, path))
    module = module_from_spec(spec)  # type: ignore[arg-type]
    module.__package__ = None
    module.__cached__ = None  # type: ignore[assignment]
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module
