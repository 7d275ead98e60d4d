"""What dir() shows of objects that stand for objects of C code: nothing of how they are made here."""

if False:
    from typing import List

OF_PYTHON_CLASSES = ("__slots__", "__static_attributes__", "__firstlineno__", "__annotations__")


def public_names(self: object) -> "List[str]":
    """A __dir__: the names that every object has, and those that are for the application."""
    return [
        name
        for name in object.__dir__(self)
        if name not in OF_PYTHON_CLASSES and (name.startswith("__") or not name.startswith("_"))
    ]
