"""A response that is a file: wsgi.file_wrapper over something with a descriptor."""

import os
from stat import S_ISREG

from .exchange import MAX_DATA
from .protocol import DATA, HEADER, RESPONSE_COMPLETE
from .response_head import with_content_length

if False:
    from typing import Optional, Tuple

    from mod_wsgi import FileWrapper

    from .exchange import Exchange


class FileTooShort(Exception):
    """A file ended before what its response had announced: the client has to see that it misses something."""


def send_file(wrapper: "FileWrapper", exchange: "Exchange") -> bool:
    """Send the rest of the wrapped file, from its current position, as the body.

    Gives the response a Content-Length if it has none. Returns False, with nothing done, for what is
    no regular file with a descriptor: that is iterated. Raises FileTooShort when all of it was sent.
    """
    found = _regular_file(wrapper)
    if found is None:
        return False
    descriptor, offset, rest = found
    exchange.settle_length()
    if exchange.length is None:
        exchange.head = with_content_length(exchange.head, rest)  # type: ignore[arg-type]
    else:
        rest = exchange.length
    exchange.length = 0
    if exchange.has_no_body():
        rest = 0
    first = os.pread(descriptor, min(rest, MAX_DATA), offset)
    complete = len(first) == rest
    exchange.send_head(RESPONSE_COMPLETE if complete else 0, first)
    if not complete:
        _send_blocks(exchange, descriptor, offset + len(first), rest - len(first))
    return True


def _regular_file(wrapper: "FileWrapper") -> "Optional[Tuple[int, int, int]]":
    """Descriptor, position and number of bytes from there to the end; None if it is no such file."""
    try:
        descriptor = wrapper.filelike.fileno()
        status = os.fstat(descriptor)
        if not S_ISREG(status.st_mode):
            return None
        offset = wrapper.filelike.tell()
    except Exception:
        return None
    return descriptor, offset, max(0, status.st_size - offset)


def _send_blocks(exchange: "Exchange", descriptor: int, offset: int, rest: int) -> None:
    """Send DATA frames out of one buffer, so that a large file costs no memory and no copies."""
    buffer = bytearray(HEADER.size + MAX_DATA)
    view = memoryview(buffer)
    while rest:
        exchange.check_abort()
        size = _read_into(view[HEADER.size : HEADER.size + min(rest, MAX_DATA)], descriptor, offset)
        if not size:
            raise FileTooShort("%d bytes are missing" % rest)
        HEADER.pack_into(buffer, 0, DATA, size)
        exchange.connection.send_bytes(view[: HEADER.size + size])
        exchange.output_length += size
        exchange.output_writes += 1
        offset += size
        rest -= size


def _read_into(block: memoryview, descriptor: int, offset: int) -> int:
    """Fill the block from the file at offset; the number of bytes read."""
    if hasattr(os, "preadv"):
        return os.preadv(descriptor, [block], offset)
    data = os.pread(descriptor, len(block), offset)  # macOS before 11
    block[: len(data)] = data
    return len(data)
