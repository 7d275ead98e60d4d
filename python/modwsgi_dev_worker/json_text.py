"""JSON in memory, without the package `json`: importing it, with `re` below it, takes a quarter of a
worker's start.

`_json` is the C code that `json` itself runs on, with the same arguments in 3.8 to 3.14; where a Python does
not have it, `json` is used.
"""

if False:
    from typing import Any

__all__ = ["decode", "encode", "quote"]


class _Rules:
    """How the scanner makes values: as json.loads does, but NaN and infinities are refused."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(name: str) -> "Any":
        raise ValueError("%s is no JSON" % name)


try:
    from _json import encode_basestring_ascii as quote
    from _json import make_scanner

    _scan = make_scanner(_Rules)
except ImportError:  # an interpreter other than CPython
    from json import JSONDecoder
    from json.encoder import encode_basestring_ascii as quote

    _scan = JSONDecoder().scan_once


def decode(text: str) -> "Any":
    """The value of a JSON text without space around it; ValueError or RecursionError if it is none."""
    try:
        value, end = _scan(text, 0)
    except StopIteration as stop:
        raise ValueError("Expecting value: char %s" % stop.value)
    if end != len(text):
        raise ValueError("Extra data: char %d" % end)
    return value


def encode(value: "Any") -> str:
    """The shortest JSON text of a value made of dict (with str keys), list, tuple, str, int, float, bool and
    None, in ASCII: lone surrogates become escapes. An infinity becomes a number that is too large for a float, as
    which it is read. TypeError for anything else, ValueError for NaN."""
    if isinstance(value, str):
        return quote(value)
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float) and value - value != 0:
        if value != value:
            raise ValueError("NaN is no JSON")
        return "1e999" if value > 0 else "-1e999"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[%s]" % ",".join([encode(item) for item in value])
    if isinstance(value, dict):
        return "{%s}" % ",".join([quote(key) + ":" + encode(item) for key, item in value.items()])
    raise TypeError("No JSON for %s" % type(value).__name__)
