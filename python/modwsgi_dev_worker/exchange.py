"""One request and its response inside the application: start_response, write(), and the frames
that the blocks of the response become.

An exchange lives as long as its request; the application may keep references to it (through
start_response, wsgi.input, wsgi.errors), so it never refers to the environ or the iterable.
"""

from .protocol import (
    ABORT,
    ABORT_CLIENT_GONE,
    BODY_END,
    DATA,
    HEADER,
    RESPONSE,
    RESPONSE_COMPLETE,
)
from .response_head import encode_checked_head, parse_content_length, with_content_length

if False:
    from typing import Any, Callable, Dict, List, Optional, Tuple

    from .connection import Connection

# Larger blocks are cut, so that the front passes on a big block while it still arrives.
MAX_DATA = 256 * 1024


class ClientGone(BaseException):
    """The front sent ABORT: nobody waits for the rest of the response. Never seen by applications."""


class Exchange:
    """The state of one request in its thread."""

    __slots__ = (
        "aborted",
        "body_pending",
        "connection",
        "head",
        "head_sent",
        "input_length",
        "input_reads",
        "length",
        "origin_cache",
        "outcome",
        "output_length",
        "output_writes",
        "over",
        "partial",
        "partial_stream",
        "request_data",
        "request_id",
        "text",
    )

    def __init__(self, connection: "Connection", text: str) -> None:
        self.connection = connection
        self.text = text  # the environ as it came, for the log
        self.head: "Optional[bytes]" = None  # set by start_response
        self.length: "Any" = None  # Content-Length: text until the head is sent, then what is left
        self.head_sent = False
        self.over = False
        self.aborted = 0  # reason of an ABORT
        self.body_pending = False  # BODY_END or ABORT is still to come
        self.partial = b""  # the unfinished log line, see log_stream.py
        self.origin_cache: "Optional[Tuple[str, str]]" = None
        self.request_data: "Dict[Any, Any]" = {}

    # ---- the application's side

    def start_response(
        self,
        status: str,
        headers: "List[Tuple[str, str]]",
        exc_info: "Any" = None,
        /,
    ) -> "Callable[[bytes], None]":
        """PEP 3333's start_response. Before any output a further call replaces the head, with or
        without exc_info; after it the call raises exc_info's exception, or RuntimeError."""
        if self.over:
            raise RuntimeError("start_response() called after request completed")
        if exc_info is not None and not isinstance(exc_info, tuple):
            raise RuntimeError("start_response() argument 'exc_info' must be a 3-tuple or None")
        if self.head_sent:
            try:
                _raise_again(exc_info)
            finally:
                exc_info = None
        self.head, self.length = encode_checked_head(status, headers)
        return self.write

    def write(self, data: bytes, /) -> None:
        """The callable that start_response returns: send a block now."""
        if self.over:
            raise RuntimeError("write() called after request completed")
        if not isinstance(data, bytes):
            raise TypeError("write() argument must be bytes, not " + type(data).__name__)
        try:
            self.send_block(data)
        except ClientGone:
            raise OSError("Apache/mod_wsgi client connection closed.") from None

    # ---- the response as frames

    def send_block(self, block: bytes) -> None:
        """Send one block of the body, the head before the first one that is not empty.

        Raises TypeError and RuntimeError for what PEP 3333 forbids, ClientGone after an ABORT.
        """
        if not isinstance(block, bytes):
            raise TypeError("response iterable must yield bytes, not " + type(block).__name__)
        if not block:
            return
        if self.head is None:
            raise RuntimeError("start_response() must be called before response content is produced")
        if self.head_sent:
            self.check_abort()
            block = self._limit(block)
            if block:
                self._send_data(block)
            return
        self.settle_length()
        block = self._limit(block)
        flags = RESPONSE_COMPLETE if self.length == 0 and len(block) <= MAX_DATA else 0
        self.send_head(flags, block[:MAX_DATA])
        if len(block) > MAX_DATA:
            self._send_data(memoryview(block)[MAX_DATA:])

    def finish(self) -> None:
        """The body is complete: send the head if no block has done so."""
        if self.head is None:
            raise RuntimeError("start_response() must be called before response content is produced")
        if not self.head_sent:
            self.settle_length()
            self.send_head(RESPONSE_COMPLETE, b"")

    def settle_length(self) -> None:
        """Turn the announced length into a number; ValueError for one that is none.

        mod_wsgi notices it here, when the head is about to be sent, not in start_response.
        """
        value = self.length
        if isinstance(value, str):
            self.length = number = parse_content_length(value)
            if value != str(number):
                self.head = with_content_length(self.head, number)  # type: ignore[arg-type]

    def _limit(self, block: bytes) -> bytes:
        """The part of the block that the announced length has room for."""
        left = self.length
        if left is None:
            return block
        if len(block) > left:
            block = block[:left]
        self.length = left - len(block)
        return block

    def send_head(self, flags: int, block: bytes) -> None:
        """Send RESPONSE with the first bytes of the body."""
        head = self.head
        self.head_sent = True
        size = len(head)  # type: ignore[arg-type]
        start = HEADER.pack(RESPONSE, 5 + size + len(block)) + HEADER.pack(flags, size)
        self.connection.send_bytes(start + head + block)  # type: ignore[operator]

    def _send_data(self, block: "Any") -> None:
        send_bytes = self.connection.send_bytes
        if len(block) <= MAX_DATA:
            send_bytes(HEADER.pack(DATA, len(block)) + block)
            return
        view = memoryview(block)
        for start in range(0, len(view), MAX_DATA):
            piece = view[start : start + MAX_DATA]
            send_bytes(HEADER.pack(DATA, len(piece)))
            send_bytes(piece)

    def check_abort(self) -> None:
        """Look, without waiting, whether the front has sent ABORT; ClientGone if so."""
        if not self.aborted:
            if self.connection.next_type() != ABORT:
                return
            self.note_body_frame(*self.connection.receive())
        raise ClientGone

    def note_body_frame(self, frame_type: int, payload: bytes) -> None:
        """Remember an ABORT or BODY_END that was read."""
        if frame_type == ABORT:
            self.aborted = payload[0]
        if frame_type in (ABORT, BODY_END):
            self.body_pending = False

    # ---- the request in the log

    def origin(self) -> "Tuple[str, str]":
        """REMOTE_ADDR:REMOTE_PORT and SCRIPT_FILENAME as the front sent them."""
        origin = self.origin_cache
        if origin is None:
            parts = self.text.split("\0")
            environ = dict(zip(parts[::2], parts[1::2]))
            remote = environ.get("REMOTE_ADDR", "") + ":" + environ.get("REMOTE_PORT", "")
            origin = self.origin_cache = (remote, environ.get("SCRIPT_FILENAME", ""))
        return origin


def _raise_again(exc_info: "Any") -> None:
    if exc_info is None:
        raise RuntimeError("start_response() called more than once without exc_info")
    error = exc_info[1] if len(exc_info) == 3 else None
    if not isinstance(error, BaseException):
        raise RuntimeError("start_response() argument 'exc_info' must be a 3-tuple or None")
    raise error.with_traceback(exc_info[2])
