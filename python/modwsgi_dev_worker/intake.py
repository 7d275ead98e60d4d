"""Where the threads of this process get their requests: one connection from the front, read by whichever
thread needs work.

Handing a request to a sleeping thread costs more than a short request itself. So while the process is bound
by the interpreter lock, the thread that has read several requests serves them one after the other, and
the front tells when one of them takes so long that another thread has to help (`wake`). While the
process mostly waits for something else, each thread wakes the next one before it begins.
"""

import sys
from _collections import deque
from _thread import allocate_lock
from time import monotonic, process_time

from .connection import ConnectionLost
from .protocol import (
    FRAME_TYPES,
    HEADER,
    HEADER_SIZE,
    MAX_PAYLOAD,
    REQUEST,
    ProtocolError,
    decode_header,
    decode_request,
)

if False:
    from _thread import LockType
    from typing import Deque, List, NoReturn

    from .connection import Connection

# Bytes that are read at a time, unless it is known that a request has more: each thread that reads keeps the memory.
_RECEIVE = 8192

# Seconds over which the use of the processor is judged, and after which a judgement is tried anew.
WINDOW = 0.05
TRIAL = 1.0

# Share of one processor above which threads mostly take turns at the interpreter lock (it is low since
# front and clients compete for the same processors), and above which they evidently run beside each other
# (C code that releases the lock).
BOUND = 0.4
BESIDE = 1.15


class BadIntake(Exception):
    """What came over the intake is no request, so nothing is known of those behind it. Its argument is
    the ProtocolError that says why."""


class Intake:
    """The requests that were given to this process and not begun."""

    __slots__ = (
        "connection",
        "eager",
        "_queue",
        "_reading",
        "_sleepers",
        "_rest",
        "_missing",
        "_judged_at",
        "_used",
        "_idle",
        "_lazy_since",
        "_takes_turns",
    )

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.eager = True  # each thread wakes the next one
        self._queue: "Deque[bytes]" = deque()
        self._reading = allocate_lock()  # held by the thread that reads the connection
        self._sleepers: "List[LockType]" = []
        self._rest = b""  # the beginning of a frame
        self._missing = 0  # bytes of that frame, as far as it is known
        self._judged_at = monotonic()
        self._used = process_time()
        self._idle = 0.0  # seconds spent waiting for requests since then
        self._lazy_since = 0.0
        # Without the lock (--free-threading) threads run beside each other.
        self._takes_turns: bool = getattr(sys, "_is_gil_enabled", lambda: True)()

    def next(self, bed: "LockType") -> bytes:
        """The next REQUEST frame, waiting for it.

        `bed` is a lock of the calling thread, held by it: what it sleeps on. Raises ConnectionLost when
        the front has closed the connection, BadIntake for anything but requests.
        """
        queue = self._queue
        reading = self._reading
        while True:
            if queue:
                try:
                    request = queue.popleft()
                except IndexError:
                    continue
                if self.eager and self._sleepers and (queue or not reading.locked()):
                    self.wake_one()
                return request
            if reading.acquire(False):
                try:
                    # Another thread may have read more since we looked; a reader would sit on it.
                    if not queue:
                        self._read()
                finally:
                    reading.release()
            else:
                self._sleep(bed)

    def wake_one(self) -> None:
        """Make one more thread look for requests; any thread may call it."""
        try:
            bed = self._sleepers.pop()
        except IndexError:
            return
        bed.release()

    def _sleep(self, bed: "LockType") -> None:
        self._sleepers.append(bed)
        # The thread that was reading may have left before we were in the list.
        if self._queue or not self._reading.locked():
            try:
                self._sleepers.remove(bed)
                return
            except ValueError:
                pass  # taken out by a waker, whose release is on its way
        bed.acquire()

    def _read(self) -> None:
        before = monotonic()
        data = self.connection.sock.recv(max(_RECEIVE, self._missing))
        now = monotonic()
        self._idle += now - before
        if not data:
            raise ConnectionLost("The supervisor closed the connection")
        if self._rest:
            data = self._rest + data
        start = self._missing = 0
        size = len(data)
        while size - start >= HEADER_SIZE:
            frame_type, length = HEADER.unpack_from(data, start)
            if frame_type != REQUEST or length > MAX_PAYLOAD:
                refuse_frame(data[start : start + HEADER_SIZE])
            end = start + HEADER_SIZE + length
            if end > size:
                self._missing = end - size
                break
            self._queue.append(data[start:end])
            start = end
        self._rest = data[start:]
        if self._takes_turns and now - self._judged_at > WINDOW:
            self._judge(now)

    def judge_anew(self) -> None:
        """Forget how the processor was used so far; loading the application says nothing about requests."""
        self._judged_at = monotonic()
        self._used = process_time()
        self._idle = 0.0

    def _judge(self, now: float) -> None:
        """Decide by the use of the processor since the last time whether to wake others.

        While threads wake each other, one of them waits for requests all the time. While they do not, only
        the time counts in which requests were being served.
        """
        used = process_time()
        wall = now - self._judged_at
        share = used - self._used
        if self.eager:
            self.eager = not BOUND <= share / wall <= BESIDE
            self._lazy_since = now
        elif share < BOUND * (wall - self._idle) or now - self._lazy_since > TRIAL:
            self.eager = True
        self._judged_at = now
        self._used = used
        self._idle = 0.0


def refuse_frame(header: bytes) -> "NoReturn":
    """Say what is wrong with the header of a frame that is no request."""
    try:
        frame_type, _ = decode_header(header)
        raise ProtocolError("%s on the intake" % FRAME_TYPES[frame_type])
    except ProtocolError as error:
        raise BadIntake(error)


def refuse_request(request: bytes) -> "NoReturn":
    """Say what is wrong with a malformed REQUEST frame."""
    try:
        decode_request(request[HEADER_SIZE:])
        raise ProtocolError("Malformed REQUEST")
    except ProtocolError as error:
        raise BadIntake(error)
