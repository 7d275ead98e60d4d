"""The frame codec of the channel: bytes in, frames out. It does no I/O.

The one description of the format is docs/protocol.md; src/workers/protocol.ts mirrors this file with
the same names in the same order, and test/protocol/frames.json holds the cases both have to pass.
The request thread builds and takes apart the two frames of a plain request inline, for speed
(request_thread.py); the functions here are for everything else, and define what is right.
"""

from struct import Struct

from . import json_text

if False:  # names for type checkers only: importing typing would cost start time
    from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple, Union

VERSION = 1

HELLO = 0x01
MESSAGE = 0x02
REQUEST = 0x10
BODY = 0x11
BODY_END = 0x12
ABORT = 0x13
CONTINUE = 0x20
RESPONSE = 0x21
DATA = 0x22
END = 0x23
RETRY = 0x24

FRAME_TYPES = {
    HELLO: "HELLO",
    MESSAGE: "MESSAGE",
    REQUEST: "REQUEST",
    BODY: "BODY",
    BODY_END: "BODY_END",
    ABORT: "ABORT",
    CONTINUE: "CONTINUE",
    RESPONSE: "RESPONSE",
    DATA: "DATA",
    END: "END",
    RETRY: "RETRY",
}

HEADER_SIZE = 5
MAX_PAYLOAD = 16 * 1024 * 1024
MAX_BODY_PIECE = 64 * 1024

BODY_NONE = 0
BODY_WHOLE = 1
BODY_FRAMES = 2

ABORT_CLIENT_GONE = 1
ABORT_BODY_BROKEN = 2

RESPONSE_COMPLETE = 1
RESPONSE_ENDS = 2

OUTCOME_COMPLETE = 0
OUTCOME_FAILED_BEFORE_HEAD = 1
OUTCOME_FAILED_AFTER_HEAD = 2
OUTCOME_INTERRUPTED = 3
OUTCOME_BROKEN_OFF = 4

HEADER = Struct(">BI")
NUMBER = Struct(">I")
SECTION = Struct(">IBI")
# Header and section in one, for the two frames of a plain request.
REQUEST_FRAME = RESPONSE_FRAME = Struct(">BIIBI")
END_FRAME = Struct(">BIIB")


class ProtocolError(Exception):
    """The other side sent something that docs/protocol.md does not allow."""


def encode_frame(frame_type: int, payload: bytes = b"") -> bytes:
    """The bytes of one frame: encode_frame(END, b"\\x00") -> b"#\\x00\\x00\\x00\\x01\\x00".

    Raises ValueError for a payload over MAX_PAYLOAD: whoever sends cuts it before.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ValueError("Frame payload of %d bytes is over the limit" % len(payload))
    return HEADER.pack(frame_type, len(payload)) + payload


def decode_header(header: bytes) -> "Tuple[int, int]":
    """The type and payload length from the first five bytes of a frame.

    Raises ProtocolError for an unknown type or a length over MAX_PAYLOAD.
    """
    frame_type, length = HEADER.unpack_from(header)
    if frame_type not in FRAME_TYPES:
        raise ProtocolError("Unknown frame type 0x%02x" % frame_type)
    if length > MAX_PAYLOAD:
        raise ProtocolError("Frame of %d bytes is over the limit" % length)
    return frame_type, length


def check_payload(frame_type: int, payload: bytes) -> None:
    """Raise ProtocolError unless the payload has the form its frame type demands."""
    if frame_type in (HELLO, MESSAGE):
        decode_json(payload, needs_type=frame_type == MESSAGE)
    elif frame_type == REQUEST:
        decode_request(payload)
    elif frame_type == RESPONSE:
        decode_response(payload)
    elif frame_type == BODY:
        if len(payload) > MAX_BODY_PIECE:
            raise ProtocolError("Body piece of %d bytes is over the limit" % len(payload))
    elif frame_type == ABORT:
        _one_of(payload, (ABORT_CLIENT_GONE, ABORT_BODY_BROKEN), "abort reason")
    elif frame_type == END:
        _one_of(payload, range(OUTCOME_COMPLETE, OUTCOME_BROKEN_OFF + 1), "outcome")
    elif frame_type in (CONTINUE, RETRY) and len(payload) != NUMBER.size:
        raise ProtocolError("%s of %d bytes" % (FRAME_TYPES[frame_type], len(payload)))
    elif frame_type == BODY_END and payload:
        raise ProtocolError("BODY_END with a payload")


def _one_of(payload: bytes, allowed: "Iterable[int]", what: str) -> None:
    """A request number, then one byte out of a few."""
    if len(payload) != NUMBER.size + 1 or payload[NUMBER.size] not in allowed:
        raise ProtocolError("Bad %s %r" % (what, payload[:16]))


class FrameDecoder:
    """Takes the bytes of a connection as they come and gives whole, checked frames."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> "List[Tuple[int, bytes]]":
        """All frames that are complete now, as (type, payload) pairs, oldest first."""
        buffer = self._buffer
        buffer += data
        frames = []
        start = 0
        while len(buffer) - start >= HEADER_SIZE:
            frame_type, length = decode_header(buffer[start : start + HEADER_SIZE])
            end = start + HEADER_SIZE + length
            if end > len(buffer):
                break
            payload = bytes(buffer[start + HEADER_SIZE : end])
            check_payload(frame_type, payload)
            frames.append((frame_type, payload))
            start = end
        del buffer[:start]
        return frames

    @property
    def pending(self) -> int:
        """Number of bytes that wait for the rest of their frame."""
        return len(self._buffer)


def encode_json(value: "Dict[str, Any]") -> bytes:
    """The payload of HELLO and MESSAGE: JSON in ASCII, so that lone surrogates survive."""
    return json_text.encode(value).encode("ascii")


def decode_json(payload: bytes, needs_type: bool = False) -> "Dict[str, Any]":
    """The object in a HELLO or MESSAGE payload; ProtocolError if it is not one JSON object."""
    try:
        value = json_text.decode(payload.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("Bad JSON: %s" % error)
    if not isinstance(value, dict):
        raise ProtocolError("JSON object expected")
    if needs_type and not isinstance(value.get("type"), str):
        raise ProtocolError("Message without type")
    return value


def encode_environ(pairs: "Iterable[Tuple[str, str]]") -> bytes:
    """NUL-separated latin-1 text: [("A", "1"), ("B", "")] -> b"A\\x001\\x00B\\x00"."""
    return _join([text for pair in pairs for text in pair])


def decode_environ(data: bytes) -> "List[Tuple[str, str]]":
    """The pairs of an environ in their order; ProtocolError for a key without value."""
    if not data:
        return []
    parts = data.decode("latin-1").split("\0")
    if len(parts) % 2:
        raise ProtocolError("Environ with a key but no value")
    return list(zip(parts[::2], parts[1::2]))


def environ_of(text: str) -> "Dict[str, Any]":
    """The environ of a request that was taken in, by its text."""
    parts = text.split("\0")
    return dict(zip(parts[::2], parts[1::2]))


def encode_head(status: str, headers: "Iterable[Tuple[str, str]]") -> bytes:
    """The head of a response: ("200 OK", [("A", "b")]) -> b"200 OK\\x00A\\x00b"."""
    return _join([status] + [text for pair in headers for text in pair])


def decode_head(data: bytes) -> "Tuple[str, List[Tuple[str, str]]]":
    """Status line and header fields; ProtocolError without status or for a name without value."""
    parts = data.decode("latin-1").split("\0")
    if not parts[0]:
        raise ProtocolError("Head without status")
    if not len(parts) % 2:
        raise ProtocolError("Head with a name but no value")
    return parts[0], list(zip(parts[1::2], parts[2::2]))


def _join(texts: "List[str]") -> bytes:
    joined = "\0".join(texts)
    if texts and joined.count("\0") != len(texts) - 1:
        raise ValueError("NUL inside a text of the channel")
    return joined.encode("latin-1")


def encode_request(
    number: int, kind: int, environ: "Iterable[Tuple[str, str]]", body: bytes = b""
) -> bytes:
    """The payload of REQUEST; the worker itself never sends one, its tests do."""
    data = encode_environ(environ)
    return SECTION.pack(number, kind, len(data)) + data + body


def decode_request(payload: bytes) -> "Tuple[int, int, List[Tuple[str, str]], bytes]":
    """Request number, body kind, environ pairs and body of a REQUEST payload."""
    number, kind, data, body = _split_section(payload, "environ")
    if kind not in (BODY_NONE, BODY_WHOLE, BODY_FRAMES):
        raise ProtocolError("Unknown body kind %d" % kind)
    if body and kind != BODY_WHOLE:
        raise ProtocolError("Body in a request of kind %d" % kind)
    if len(body) > MAX_BODY_PIECE:
        raise ProtocolError("Request body of %d bytes is over the limit" % len(body))
    return number, kind, decode_environ(data), body


def encode_response(
    number: int, flags: int, status: str, headers: "Iterable[Tuple[str, str]]", body: bytes = b""
) -> bytes:
    """The payload of RESPONSE."""
    data = encode_head(status, headers)
    return SECTION.pack(number, flags, len(data)) + data + body


def decode_response(
    payload: bytes,
) -> "Tuple[int, int, str, List[Tuple[str, str]], bytes]":
    """Request number, flags, status line, header fields and first body bytes of a RESPONSE payload."""
    number, flags, data, body = _split_section(payload, "head")
    if flags not in (0, RESPONSE_COMPLETE, RESPONSE_COMPLETE | RESPONSE_ENDS):
        raise ProtocolError("Bad response flags %d" % flags)
    status, headers = decode_head(data)
    return number, flags, status, headers, body


def _split_section(payload: bytes, what: str) -> "Tuple[int, int, bytes, bytes]":
    """Request number, the byte after it, the section whose length follows it, and the rest."""
    if len(payload) < SECTION.size:
        raise ProtocolError("Payload too short for its %s" % what)
    number, first, length = SECTION.unpack_from(payload)
    end = SECTION.size + length
    if end > len(payload):
        raise ProtocolError("Length of the %s is beyond the payload" % what)
    return number, first, payload[SECTION.size : end], payload[end:]
