"""wsgi.input: the request body as an object named Input of module mod_wsgi.

Behaviour measured on mod_wsgi 6.0.5; PEP 3333, section "Input and Error Streams". A body which is
not here yet is read from the connection frame by frame, and only as far as the application asks.
"""

from operator import index
from sys import maxsize

from .protocol import ABORT, BODY, BODY_END, FRAME_TYPES, ProtocolError
from .public_names import public_names

if False:
    from typing import List, Optional

    from .connection import Connection
    from .exchange import Exchange


class Input:
    """The body of one request. Usable while its request runs, and only then."""

    __slots__ = ("_exchange", "_chunk", "_position", "_connection")

    def __init__(
        self,
        exchange: "Optional[Exchange]" = None,
        chunk: bytes = b"",
        connection: "Optional[Connection]" = None,
    ) -> None:
        self._exchange = exchange
        self._chunk = chunk
        self._position = 0
        self._connection = connection  # None: nothing comes after the chunk

    __dir__ = public_names

    def read(self, size: int = -1, /) -> bytes:
        """Up to size bytes, waiting for them; all that is left for a negative size.

        Less than size means that the body has ended. Raises OSError if the body breaks off,
        TypeError for a size that is no integer.
        """
        self._check("read() called on wsgi.input")
        wanted = _size(size)
        if wanted < 0:
            wanted = maxsize
        pieces = []
        while wanted > 0:
            piece = self._take(wanted)
            if piece:
                pieces.append(piece)
                wanted -= len(piece)
            elif not self._fill():
                break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readline(self, size: int = -1, /) -> bytes:
        """The next line with its end, or its first size bytes."""
        self._check("readline() called on wsgi.input")
        return self._line(_size(size))

    def readlines(self, hint: int = -1, /) -> "List[bytes]":
        """The remaining lines; with a positive hint, none after the one that reaches it."""
        self._check("readlines() called on wsgi.input")
        hint = _size(hint)
        lines = []
        total = 0
        while True:
            line = self._line(-1)
            if not line:
                return lines
            lines.append(line)
            total += len(line)
            if 0 < hint <= total:
                return lines

    def close(self) -> None:
        """Nothing: the body stays readable."""
        self._check("close() called on wsgi.input")

    def __iter__(self) -> "Input":
        self._check("iteration of wsgi.input attempted")
        return self

    def __next__(self) -> bytes:
        self._check("iteration of wsgi.input attempted")
        line = self._line(-1)
        if not line:
            raise StopIteration
        return line

    def __dir__(self) -> "List[str]":
        return [name for name in object.__dir__(self) if name[:1] != "_" or name[:2] == "__"]

    def _check(self, what: str) -> None:
        if self._exchange is None or self._exchange.over:
            raise RuntimeError(what + " after request completed")

    def _line(self, size: int) -> bytes:
        pieces = []
        room = size if size >= 0 else maxsize
        while room > 0:
            end = self._chunk.find(b"\n", self._position) + 1
            piece = self._take(min(room, end - self._position) if end else room)
            if piece:
                pieces.append(piece)
                room -= len(piece)
                if piece.endswith(b"\n"):
                    break
            elif not self._fill():
                break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _take(self, size: int) -> bytes:
        """Up to size bytes of the chunk at hand."""
        start = self._position
        end = start + size
        chunk = self._chunk
        if self._connection is None and chunk:
            # It came with the request: counted as it is read, as if it came from the front then.
            self._exchange.input_length += min(size, len(chunk) - start)  # type: ignore[union-attr]
            self._exchange.input_reads += 1  # type: ignore[union-attr]
        if end < len(chunk):
            self._position = end
            return chunk[start:end]
        self._chunk = b""
        self._position = 0
        return chunk[start:] if start else chunk

    def _fill(self) -> bool:
        """Make the next piece of the body the chunk at hand; False at the end of the body."""
        if self._connection is None:
            self._exchange.input_reads += 1  # type: ignore[union-attr]
            return False
        if not self._exchange.body_pending:  # type: ignore[union-attr]
            if not self._exchange.aborted:  # type: ignore[union-attr]
                return False
            raise OSError(
                "mod_wsgi request data read error: "
                "Partial results are valid but processing is incomplete"
            )
        frame_type, payload = self._connection.receive()
        self._exchange.input_reads += 1  # type: ignore[union-attr]
        if frame_type == BODY:
            self._exchange.input_length += len(payload)  # type: ignore[union-attr]
            self._chunk = payload
            self._position = 0
            return True
        if frame_type not in (BODY_END, ABORT):
            raise ProtocolError("%s inside a request body" % FRAME_TYPES[frame_type])
        self._exchange.note_body_frame(frame_type, payload)  # type: ignore[union-attr]
        return self._fill()


def _size(size: int) -> int:
    """The size as mod_wsgi's C code takes it: an index, and no larger than a C ssize_t."""
    size = index(size)
    if not -maxsize - 1 <= size <= maxsize:
        raise OverflowError("Python int too large to convert to C ssize_t")
    return size


Input.__module__ = "mod_wsgi"
