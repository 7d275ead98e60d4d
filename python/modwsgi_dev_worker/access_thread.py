"""A thread of the process whose scripts decide on access: takes a question from the intake and answers it."""

from _thread import allocate_lock

from .exchange import Exchange
from .intake import refuse_request
from .protocol import (
    BODY_NONE,
    NUMBER,
    REQUEST_FRAME,
    RESPONSE,
    RESPONSE_COMPLETE,
    RESPONSE_ENDS,
    RESPONSE_FRAME,
)
from .request_thread import RequestThread

if False:
    from mmap import mmap

    from .access_scripts import AccessScripts
    from .connection import Connection
    from .intake import Intake

_HEAD = b"200 OK"  # the protocol has one; what is decided is the body
_TEXT_START = REQUEST_FRAME.size
_FLAGS = RESPONSE_COMPLETE | RESPONSE_ENDS


class AccessThread(RequestThread):
    """A thread that serves questions in place of requests. The scripts never see a request as that of the thread."""

    def __init__(
        self,
        number: int,
        connection: "Connection",
        intake: "Intake",
        begun: "mmap",
        scripts: "AccessScripts",
    ) -> None:
        super().__init__(number, connection, intake, begun, scripts, {})  # type: ignore[arg-type]
        self.scripts = scripts

    def _serve(self) -> None:
        next_request = self.intake.next
        slot = NUMBER.size * (self.number - 1)
        bed = allocate_lock()
        bed.acquire()
        while True:
            data = next_request(bed)
            if len(data) < _TEXT_START:
                refuse_request(data)
            _, _, number, kind, size = REQUEST_FRAME.unpack_from(data)
            if kind != BODY_NONE or _TEXT_START + size != len(data):
                refuse_request(data)
            text = str(data[_TEXT_START:], "latin-1")
            self.exchange = exchange = Exchange(self.connection, number, text)
            NUMBER.pack_into(self.begun, slot, number)
            answer = self.scripts.decide(text)
            length = 9 + len(_HEAD) + len(answer)
            start = RESPONSE_FRAME.pack(RESPONSE, length, number, _FLAGS, len(_HEAD))
            self.connection.send_bytes(start + _HEAD + answer)
            exchange.over = True
            self.exchange = exchange = None  # type: ignore[assignment]
