"""A connection of the channel as blocking frames: connect, say HELLO, read and write.

It knows frames, not what they mean. The request thread takes the frames of a plain request apart
itself (request_thread.py); everything else on every connection goes through here.
"""

from _socket import (
    AF_UNIX,
    MSG_DONTWAIT,
    MSG_PEEK,
    MSG_WAITALL,
    SO_RCVBUF,
    SO_SNDBUF,
    SOCK_STREAM,
    SOL_SOCKET,
    socket,
)
from _thread import allocate_lock
from sys import version_info

from .protocol import (
    FRAME_TYPES,
    HEADER_SIZE,
    HELLO,
    MESSAGE,
    VERSION,
    ProtocolError,
    check_payload,
    decode_header,
    decode_json,
    encode_frame,
    encode_json,
)
from .stack_signal import STACK_SIGNAL

if False:
    from typing import Any, Dict, Optional, Tuple, Union

# The C class of `socket` is used directly: importing the `socket` module costs 3 to 10 ms.


class ConnectionLost(OSError):
    """The supervisor's side of a connection has closed."""


class Channel:
    """What all connections of this worker have in common: where to connect, and as whom."""

    __slots__ = ("path", "secret", "worker", "send_buffer", "receive_buffer")

    def __init__(self, path: str, secret: str, worker: int) -> None:
        self.path = path
        self.secret = secret
        self.worker = worker
        self.send_buffer = self.receive_buffer = 0  # bytes of further connections; 0: as the system has it

    def connect(self, role: str, thread: "Optional[int]" = None) -> "Connection":
        """Open a connection and introduce it with HELLO; OSError if the supervisor is not there."""
        sock = socket(AF_UNIX, SOCK_STREAM)
        if self.send_buffer:
            sock.setsockopt(SOL_SOCKET, SO_SNDBUF, self.send_buffer)
        if self.receive_buffer:
            sock.setsockopt(SOL_SOCKET, SO_RCVBUF, self.receive_buffer)
        sock.connect(self.path)
        connection = Connection(sock)
        hello = {"version": VERSION, "secret": self.secret, "role": role, "worker": self.worker}
        if thread is not None:
            hello["thread"] = thread
        if role == "control":
            hello["python"] = "%d.%d.%d" % version_info[:3]
            hello["stacks"] = STACK_SIGNAL
        connection.send(HELLO, encode_json(hello))
        return connection


class Connection:
    """One connection: whole frames out, whole checked frames in."""

    __slots__ = ("sock", "lock", "pending")

    def __init__(self, sock: "socket") -> None:
        self.sock = sock
        self.lock = allocate_lock()
        self.pending = b""  # bytes read, but not yet taken as a frame

    def send(self, frame_type: int, payload: bytes = b"") -> None:
        """Send one frame; any thread may call it. ConnectionLost if the other side has gone."""
        frame = encode_frame(frame_type, payload)
        try:
            with self.lock:
                self.sock.sendall(frame)
        except OSError as error:
            raise ConnectionLost(str(error))

    def send_bytes(self, data: "Union[bytes, memoryview]") -> None:
        """Send bytes that are frames already, for connections of which one thread is the owner."""
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise ConnectionLost(str(error))

    def send_message(self, message: "Dict[str, Any]") -> None:
        """Send one control message, an object with the key `type`."""
        self.send(MESSAGE, encode_json(message))

    def receive(self) -> "Tuple[int, bytes]":
        """The next frame as (type, payload), waiting for it.

        Raises ConnectionLost at the end of the stream, ProtocolError for what no frame can be.
        """
        frame_type, length = decode_header(self._take(HEADER_SIZE))
        payload = self._take(length) if length else b""
        check_payload(frame_type, payload)
        return frame_type, payload

    def receive_message(self) -> "Dict[str, Any]":
        """The next control message; another frame on a control connection is a ProtocolError."""
        frame_type, payload = self.receive()
        if frame_type != MESSAGE:
            raise ProtocolError("%s on the control connection" % FRAME_TYPES[frame_type])
        return decode_json(payload, needs_type=True)

    def _take(self, size: int) -> bytes:
        """Exactly size bytes, those already read first."""
        data = self.pending[:size]
        if data:
            self.pending = self.pending[size:]
            if len(data) == size:
                return data
        pieces = [data] if data else []
        missing = size - len(data)
        while missing:
            try:
                data = self.sock.recv(missing, MSG_WAITALL)
            except OSError as error:
                raise ConnectionLost(str(error))
            if not data:
                raise ConnectionLost("The supervisor closed the connection")
            pieces.append(data)
            missing -= len(data)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def next_type(self) -> "Optional[int]":
        """The type of the next frame if its first byte is already here, without taking it."""
        if self.pending:
            return self.pending[0]
        try:
            data = self.sock.recv(1, MSG_PEEK | MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except OSError as error:
            raise ConnectionLost(str(error))
        if not data:
            raise ConnectionLost("The supervisor closed the connection")
        return data[0]

    def close(self) -> None:
        """Close the connection."""
        self.sock.close()
