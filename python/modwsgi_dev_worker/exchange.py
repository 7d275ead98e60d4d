"""One request inside the application: start_response, write(), and the frames that the blocks of the
response become.

An exchange lives as long as its request. The application may keep references to it (through
start_response, wsgi.input, wsgi.errors), so it never refers to the environ or the iterable.
"""

from mod_wsgi._events import event_callbacks

from .protocol import (
    ABORT,
    BODY_END,
    DATA,
    END,
    END_FRAME,
    HEADER,
    NUMBER,
    RESPONSE,
    RESPONSE_COMPLETE,
    RESPONSE_FRAME,
    environ_of,
)
from .request_events import publish_response_started
from .response_head import encode_checked_head, parse_content_length, with_content_length

if False:
    from typing import Any, Callable, Dict, List, Optional, Tuple, Union

    from .connection import Connection

# Larger blocks are cut, so that the front passes on the start of a big block while the rest arrives.
MAX_DATA = 256 * 1024

_NO_START = "start_response() must be called before response content is produced"


class ClientGone(BaseException):
    """The front sent ABORT: nobody waits for the rest of the response. Applications never see it."""


class Exchange:
    """The state of one request in its thread."""

    __slots__ = (
        "aborted",
        "body_pending",
        "bodiless",
        "connection",
        "exc_info",
        "head",
        "head_sent",
        "input_length",
        "input_reads",
        "length",
        "number",
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

    errors_name = "<wsgi.errors>"

    # Slots without a value here get it when they are first needed: a request pays for few of them.
    def __init__(self, connection: "Connection", number: int, text: str) -> None:
        self.connection = connection
        self.number = number  # of the request, among those of this worker
        self.text = text  # the environ as it came
        self.head: "Optional[bytes]" = None  # set by start_response
        self.length: "Any" = None  # Content-Length: text until the head is sent, then what is left
        self.head_sent = False
        self.over = False  # END was sent
        self.aborted = 0  # reason of an ABORT
        self.body_pending = False  # BODY_END or ABORT is still to come
        self.partial = b""  # the unfinished log line, see log_stream.py
        self.origin_cache: "Optional[Tuple[str, str, str]]" = None
        self.request_data: "Dict[Any, Any]" = {}
        self.output_length = self.output_writes = self.input_length = self.input_reads = 0

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
        if exc_info is not None or self.head_sent:
            try:
                self._check_again(exc_info)
            finally:
                if not event_callbacks:
                    exc_info = None  # no cycle of traceback and frame
        self.head, self.length = encode_checked_head(status, headers)
        if event_callbacks:
            self.exc_info = exc_info
        return self.write

    def _check_again(self, exc_info: "Any") -> None:
        """Raise what a call with exc_info, or after the head was sent, has to raise."""
        if exc_info is not None and not isinstance(exc_info, tuple):
            raise RuntimeError("start_response() argument 'exc_info' must be a 3-tuple or None")
        if not self.head_sent:
            return
        if exc_info is None:
            raise RuntimeError("start_response() called more than once without exc_info")
        error = exc_info[1] if len(exc_info) == 3 else None
        if not isinstance(error, BaseException):
            raise RuntimeError("start_response() argument 'exc_info' must be a 3-tuple or None")
        raise error.with_traceback(exc_info[2])

    def write(self, data: bytes, /) -> None:
        """The callable that start_response returns: send a block now."""
        if self.over:
            raise RuntimeError("write() called after request completed")
        if not isinstance(data, bytes):
            raise TypeError("write() argument must be bytes, not " + type(data).__name__)
        try:
            self.send_block(data)
        except ClientGone:
            raise OSError("mod_wsgi failed to write response data: Broken pipe") from None

    # ---- the response as frames

    def send_block(self, block: bytes) -> None:
        """Send one block of the body, the head before the first one that is not empty.

        Raises TypeError and RuntimeError for what PEP 3333 forbids, ClientGone after an ABORT.
        """
        if not isinstance(block, bytes):
            raise TypeError("response iterable must yield bytes, not " + type(block).__name__)
        if not block:
            return
        if not self.head_sent:
            self._send_first(block)
            return
        self.check_abort()
        block = self._limit(block)
        if block and not self.bodiless:
            self.send_data(block)

    def finish(self) -> None:
        """The body is complete: send the head if no block has done so."""
        if self.head is None:
            raise RuntimeError(_NO_START)
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

    def _send_first(self, block: bytes) -> None:
        """Send the head with the first block."""
        if self.head is None:
            raise RuntimeError(_NO_START)
        self.settle_length()
        self.bodiless = self.has_no_body()
        block = self._limit(block)
        if self.bodiless:
            self.send_head(RESPONSE_COMPLETE, b"")
        elif len(block) <= MAX_DATA:
            self.send_head(RESPONSE_COMPLETE if self.length == 0 else 0, block)
        else:
            self.send_head(0, block[:MAX_DATA])
            self.send_data(memoryview(block)[MAX_DATA:])

    def has_no_body(self) -> bool:
        """Whether the front drops the body: HEAD, 204 and 304 (RFC 9110, 6.4.1)."""
        head = self.head
        if head[:3] in (b"204", b"304"):  # type: ignore[index]
            # Only the front knows what becomes of a status that is a field.
            return b"\0status\0" not in head.lower()  # type: ignore[union-attr]
        return "\0REQUEST_METHOD\0HEAD\0" in "\0" + self.text + "\0"

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
        if event_callbacks:
            publish_response_started(self)
        head = self.head
        size = len(head)  # type: ignore[arg-type]
        self.head_sent = True
        self.output_length += len(block)
        self.output_writes += len(block) > 0
        start = RESPONSE_FRAME.pack(RESPONSE, 9 + size + len(block), self.number, flags, size)
        self.connection.send_bytes(start + head + block)  # type: ignore[operator]

    def send_data(self, block: "Union[bytes, memoryview]") -> None:
        """Send DATA, in pieces if it is long."""
        self.output_length += len(block)
        self.output_writes += 1
        send_bytes = self.connection.send_bytes
        if len(block) <= MAX_DATA:
            send_bytes(HEADER.pack(DATA, len(block)) + block)
            return
        view = memoryview(block)
        for start in range(0, len(view), MAX_DATA):
            piece = view[start : start + MAX_DATA]
            send_bytes(HEADER.pack(DATA, len(piece)))
            send_bytes(piece)

    def send_end(self, outcome: int) -> None:
        """Tell the front that the response is over and the thread free."""
        self.outcome = outcome
        self.over = True
        self.connection.send_bytes(END_FRAME.pack(END, 5, self.number, outcome))

    def check_abort(self) -> None:
        """Look, without waiting, whether the front has sent ABORT; ClientGone if so."""
        if not self.aborted:
            next_type = self.connection.next_type()
            if next_type == BODY_END or next_type == ABORT:
                self.note_body_frame(*self.connection.receive())
            if not self.aborted:
                return
        raise ClientGone

    def note_body_frame(self, frame_type: int, payload: bytes) -> None:
        """Remember an ABORT or BODY_END that was read. An ABORT may be that of the request before,
        with whose end it crossed on the wire."""
        if frame_type == ABORT:
            if NUMBER.unpack_from(payload)[0] != self.number:
                return
            self.aborted = payload[NUMBER.size]
        if frame_type in (ABORT, BODY_END):
            self.body_pending = False

    # ---- the request in the log

    def origin(self) -> "Tuple[str, str, str]":
        """REMOTE_ADDR:REMOTE_PORT, SCRIPT_FILENAME and mod_wsgi.request_id as the front sent them."""
        origin = self.origin_cache
        if origin is None:
            environ = environ_of(self.text)
            remote = environ.get("REMOTE_ADDR", "") + ":" + environ.get("REMOTE_PORT", "")
            script, identity = environ.get("SCRIPT_FILENAME", ""), environ.get("mod_wsgi.request_id", "")
            origin = self.origin_cache = (remote, script, identity)
        return origin
