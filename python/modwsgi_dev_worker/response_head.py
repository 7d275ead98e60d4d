"""What start_response accepts, and the head it becomes on the channel.

The checks, their order and their messages are those of mod_wsgi 6.0.5 (measured); PEP 3333 demands
most of them in "The start_response() Callable". Names and status lines that passed once are remembered,
so that a usual head costs a few dictionary lookups.
"""

if False:
    from typing import Dict, List, Optional, Tuple

_CONTROLS = bytes([*range(1, 32), 127])

# Header name -> whether it is Content-Length. Bounded, because names can come from anywhere.
_known_names: "Dict[str, bool]" = {}
_known_statuses: "Dict[str, bool]" = {}
_MAX_KNOWN = 1000


def encode_checked_head(
    status: str, headers: "List[Tuple[str, str]]"
) -> "Tuple[bytes, Optional[str]]":
    """The head as bytes and the Content-Length value in it, or None.

    Raises TypeError, ValueError or UnicodeEncodeError as mod_wsgi does.
    """
    # The quick way: everything is as it should be and was seen before. Any doubt leads to the slow one.
    length = None
    try:
        if status in _known_statuses and isinstance(headers, list):
            known = _known_names
            parts = [status]
            for header in headers:
                if type(header) is not tuple:
                    break
                name, value = header
                if known[name]:
                    if length is not None:
                        break
                    length = value
                parts += header
            else:
                text = "\0".join(parts)
                if (
                    text.count("\0") == len(parts) - 1
                    and "\n" not in text
                    and "\r" not in text
                ):
                    return text.encode("latin-1"), length
    except (KeyError, TypeError, ValueError):
        pass
    return _encode_slowly(status, headers)


def _encode_slowly(status: object, headers: object) -> "Tuple[bytes, Optional[str]]":
    parts = [_check_status(status)]
    if not isinstance(headers, list):
        kind = "None" if headers is None else type(headers).__name__
        raise TypeError("start_response() argument 2 must be list, not " + kind)
    length = None
    for header in headers:
        if not isinstance(header, tuple):
            raise TypeError("each header must be a 2-tuple, not " + type(header).__name__)
        if len(header) != 2:
            raise ValueError("each header must be a 2-tuple, got length %d" % len(header))
        name = _check_name(header[0])
        value = _check_value(header[1])
        if name.lower() == b"content-length":
            # The last one counts, unless one before it is wrong (measured).
            if length is None or _is_length(length):
                length = value.decode("latin-1")
        parts += (name, value)
    return b"\0".join(parts), length


def _latin1(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("must be str, not " + type(text).__name__)
    return text.encode("latin-1")


def _check_status(status: object) -> bytes:
    data = _latin1(status)
    line = data.split(b"\0")[0]  # a C string ends there
    if not (line[:3].isdigit() and len(line[:3]) == 3) or line[3:4].isdigit():
        raise ValueError("status code must be a 3 digit integer: %r" % data)
    if line[3:] and line[3:4] != b" ":
        raise ValueError("no space following status code: %r" % data)
    if line.translate(None, _CONTROLS) != line:
        raise ValueError("control character in status reason phrase: %r" % data)
    if line == data and len(_known_statuses) < _MAX_KNOWN:
        _known_statuses[status] = True  # type: ignore[index]
    return line


def _check_name(name: object) -> bytes:
    data = _latin1(name)
    line = data.split(b"\0")[0]
    if not line:
        raise ValueError("header name is empty")
    if line.translate(None, _CONTROLS) != line:
        raise ValueError("control character in header name: %r" % data)
    if b" " in line:
        raise ValueError("space character in header name: %r" % data)
    if line == data and len(_known_names) < _MAX_KNOWN:
        _known_names[name] = line.lower() == b"content-length"  # type: ignore[index]
    return line


def _check_value(value: object) -> bytes:
    data = _latin1(value)
    line = data.split(b"\0")[0]
    if b"\r" in line or b"\n" in line:
        raise ValueError("carriage return/line feed character in header value: %r" % data)
    return line


def parse_content_length(value: str) -> int:
    """A Content-Length as C's strtol reads it: parse_content_length(" +4") -> 4.

    Raises ValueError for what is no number, negative, or too large.
    """
    if value == "":
        return 0
    signed = value.lstrip(" \t\v\f")
    digits = signed[1:] if signed[:1] in ("+", "-") else signed
    number = int(signed) if digits.isascii() and digits.isdigit() else -1
    if not 0 <= number <= 0x7FFFFFFFFFFFFFFF:
        raise ValueError("invalid Content-Length header value: %r" % value)
    return number


def _is_length(value: str) -> bool:
    try:
        parse_content_length(value)
    except ValueError:
        return False
    return True


def with_content_length(data: bytes, length: int) -> bytes:
    """The head with its Content-Length in plain decimal, added at the end if it has none."""
    parts = data.split(b"\0")
    places = [i for i in range(1, len(parts), 2) if parts[i].lower() == b"content-length"]
    if not places:
        return data + b"\0Content-Length\0%d" % length
    for i in places:
        parts[i + 1] = b"%d" % length
    return b"\0".join(parts)
