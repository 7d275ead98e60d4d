"""Records of the log stream on descriptor 2: what text from Python becomes (docs/protocol.md, The log).

One record is one os.write of at most 4096 bytes, so that it stays in one piece among the writes of
child processes and C code. Nothing else in the worker writes to descriptor 2 but faulthandler.
"""

import os
import sys
from _thread import RLock, get_native_id
from time import time

from .json_text import quote

if False:
    from typing import Iterator, Optional, Union

STDOUT = 1
STDERR = 2
WSGI_ERRORS = 3
RUNTIME = 4

MAX_RECORD = 4096  # PIPE_BUF of Linux; a pipe or socket takes this much in one piece

# One lock for everything that ends in a record. Reentrant, because a destructor that prints can run
# in the middle of a write of the same thread.
lock = RLock()

_secret = b""

# The field that the client of a request is written as: "remote" in the log of a worker, "client" in that of the
# process whose scripts decide on access, as Apache's own processes, in which they run there, call it.
_client_field = ',"r":'


def open_log(secret: str) -> None:
    """Keep the secret that marks our records; the first thing a worker does."""
    global _secret
    _secret = secret.encode("ascii")


def call_remote_client() -> None:
    """Write the clients of requests as those of Apache's own processes."""
    global _client_field
    _client_field = ',"c":'


def renew_lock() -> None:
    """Replace the lock in a forked child: the thread that held it does not exist there."""
    global lock
    lock = RLock()


def write_line(
    line: bytes,
    stream: int,
    level: str = "error",
    remote: "Optional[str]" = None,
    script: "Optional[str]" = None,
    request: "Optional[str]" = None,
) -> None:
    """Write one line of text (UTF-8, without its end) as one record, or several if it is long.

    Lines that belong together, such as those of a traceback, are one text: nothing can come between them.
    Bytes that are no UTF-8 travel as lone surrogates U+DC80..U+DCFF. request is the request's identity.
    """
    text = line.decode("utf-8", "surrogateescape")
    fields = '"t":%.6f,"i":%d,"l":"%s","s":%d' % (time(), get_native_id(), level, stream)
    if remote is not None:
        fields += _client_field + quote(remote)
    if script is not None:
        fields += ',"p":' + quote(script)
    if request is not None:
        fields += ',"q":' + quote(request)
    start = b"\x1e" + _secret + b"\x1f{" + fields.encode("ascii")
    room = MAX_RECORD - len(start) - len(b',"m":1,"x":}\n')
    for piece, more in _pieces(text, room):
        record = start + (b',"m":1,"x":' if more else b',"x":') + piece + b"}\n"
        _write_all(record)


def _pieces(text: str, room: int) -> "Iterator[tuple]":
    """Cut text so that each piece takes at most room bytes as JSON: (json bytes, more follows)."""
    start = 0
    length = len(text)
    while True:
        size = min(length - start, max(room, 16))
        encoded = quote(text[start : start + size])
        while len(encoded) > room and size > 1:
            size //= 2
            encoded = quote(text[start : start + size])
        start += size
        yield encoded.encode("ascii"), start < length
        if start >= length:
            return


def _write_all(data: bytes) -> None:
    """os.write until all is written; a closed log is no reason to fail."""
    while data:
        try:
            written = os.write(2, data)
        except BlockingIOError:
            _wait_until_writable()
        except OSError:
            return
        else:
            data = data[written:]


def _wait_until_writable() -> None:
    """Somebody (a child process, say) made the descriptor non-blocking."""
    import select

    select.select([], [2], [], 1)
