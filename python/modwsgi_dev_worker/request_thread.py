"""One request thread: takes a request from the intake, calls the application, has the response sent.

The loop is written for speed: the common request is one REQUEST frame answered by one RESPONSE frame,
and no object is made, and no function called, that such a request does not need.
"""

import os
import sys
from _thread import allocate_lock, get_ident
from time import time

from mod_wsgi import RequestTimeout, active_requests
from mod_wsgi._events import event_callbacks
from mod_wsgi._metrics import recorders

from .current_request import current
from .error_report import report_channel_error
from .exchange import Exchange
from .intake import BadIntake, refuse_request
from .log_stream import UnopenedErrorsStream, end_line
from .protocol import (
    BODY,
    BODY_FRAMES,
    BODY_NONE,
    BODY_WHOLE,
    CONTINUE,
    NUMBER,
    OUTCOME_FAILED_AFTER_HEAD,
    OUTCOME_FAILED_BEFORE_HEAD,
    OUTCOME_INTERRUPTED,
    REQUEST_FRAME,
    RETRY,
)
from .request_body import Input
from .request_events import RequestMeter, late_meter, publish_request_started
from .response import failed, respond

if False:
    from typing import Any, Callable, Dict, Optional

    from mmap import mmap

    from .application import Application
    from .connection import Connection
    from .intake import Intake

_TEXT_START = REQUEST_FRAME.size
_unpack = REQUEST_FRAME.unpack_from
_new_errors = UnopenedErrorsStream.__new__
_note_begun = NUMBER.pack_into


class RequestThread:
    """A thread of the worker with its own connection for responses."""

    def __init__(
        self,
        number: int,
        connection: "Connection",
        intake: "Intake",
        begun: "mmap",
        application: "Application",
        base_environ: "Dict[str, Any]",
    ) -> None:
        self.number = number
        self.connection = connection
        self.intake = intake
        self.begun = begun  # the numbers of the requests that were begun, one slot for each thread
        self.application = application
        self.base_environ = dict(base_environ)
        self.base_environ["mod_wsgi.thread_id"] = number
        self.exchange: "Optional[Exchange]" = None  # the request in progress
        self.ident = 0
        self.daemon_clock: "Callable[[], float]" = time
        self.queue_time: "Callable[[str], float]" = float

    def leave_out_queue(self) -> None:
        """Have the environ say 0.0 where there is no daemon process that requests wait for."""
        self.daemon_clock = self.queue_time = lambda *_: 0.0

    def run(self) -> None:
        """Serve requests until the front closes the connection."""
        self.ident = get_ident()
        current.exchange = None
        serving = True
        while serving:
            try:
                serving = False
                self._serve()
            except RequestTimeout:
                # Rare: it came late, when the application had returned already.
                self._finish_interrupted()
                serving = True
            except OSError:
                pass  # the front closed the connection
            except BadIntake as error:
                report_channel_error(error.args[0])
                os._exit(1)
            except BaseException as error:
                report_channel_error(error)
        self.exchange = None
        self.connection.close()
        self.intake.wake_one()  # to take our place, or to find that the intake is closed

    def _serve(self) -> None:
        connection = self.connection
        next_request = self.intake.next
        begun = self.begun
        slot = NUMBER.size * (self.number - 1)
        bed = allocate_lock()
        bed.acquire()
        application = self.application
        base_copy = self.base_environ.copy
        modules = sys.modules
        daemon_clock = self.daemon_clock
        queue_time = self.queue_time
        while True:
            data = next_request(bed)
            started = daemon_clock()
            if len(data) < _TEXT_START:
                refuse_request(data)
            _, _, number, kind, text_size = _unpack(data)
            if kind > BODY_FRAMES or _TEXT_START + text_size > len(data):
                refuse_request(data)
            text = str(data[_TEXT_START : _TEXT_START + text_size], "latin-1")
            # ---- accept it, or give it back
            function = application.function
            if function is None or application.changed():
                function = self._load_or_refuse(number, text)
                if function is None:
                    continue
            # ---- the environ
            parts = text.split("\0")
            environ = base_copy()
            environ.update(zip(parts[::2], parts[1::2]))
            filename = environ["SCRIPT_FILENAME"]
            if not filename.isascii():
                # The one key that names a file is read as Python reads names of files.
                environ["SCRIPT_FILENAME"] = os.fsdecode(filename.encode("latin-1"))
            exchange = Exchange(connection, number, text)
            errors = _new_errors(UnopenedErrorsStream)
            errors._exchange = exchange
            environ["wsgi.errors"] = errors
            if kind == BODY_NONE:
                environ["wsgi.input"] = Input(exchange)
            elif kind == BODY_WHOLE:
                environ["wsgi.input"] = Input(exchange, data[_TEXT_START + text_size :])
            else:
                _note_begun(begun, slot, number)
                connection.send(CONTINUE, NUMBER.pack(number))
                exchange.body_pending = True
                environ["wsgi.input"] = Input(exchange, b"", connection)
            exchange.request_id = request_id = environ["mod_wsgi.request_id"]
            active_requests[request_id] = exchange.request_data
            environ["mod_wsgi.request_start"] = float(environ["mod_wsgi.request_start"])
            environ["mod_wsgi.queue_start"] = queue_time(environ["mod_wsgi.queue_start"])
            environ["mod_wsgi.daemon_start"] = started
            environ["mod_wsgi.application_start"] = time()
            self.exchange = current.exchange = exchange
            # ---- the application; whatever dies before this line has not begun the request
            _note_begun(begun, slot, number)
            meter = None
            try:
                if event_callbacks or recorders:
                    meter = RequestMeter(environ, exchange, self.number)
                    if event_callbacks:
                        function = publish_request_started(function, environ, exchange)
                result = function(environ, exchange.start_response)
                respond(result, exchange)
            except BaseException as error:
                exchange.send_end(failed(error, exchange))
            # ---- forget it; destructors still belong to the request
            environ = errors = result = parts = None
            if event_callbacks or recorders:
                (meter or late_meter(exchange, self.number)).finish(exchange)
            self._forget(exchange)
            if exchange.body_pending:
                self._discard_body(exchange)
            if len(modules) != application.modules_seen:
                application.report_files()

    def _forget(self, exchange: "Exchange") -> None:
        """The request is no longer that of this thread."""
        if exchange.partial:
            end_line(exchange)
        self.exchange = current.exchange = None
        active_requests.pop(exchange.request_id, None)

    def _finish_interrupted(self) -> None:
        """A RequestTimeout reached our own code: bring the request in progress to its end."""
        exchange = self.exchange
        if exchange is not None:
            if not exchange.over:
                exchange.send_end(
                    OUTCOME_FAILED_AFTER_HEAD if exchange.head_sent else OUTCOME_INTERRUPTED
                )
            if recorders:
                late_meter(exchange, self.number).finish(exchange)
            self._forget(exchange)
            if exchange.body_pending:
                self._discard_body(exchange)

    def _load_or_refuse(self, number: int, text: str) -> "Optional[Callable[..., Any]]":
        """What to call, loaded now if it was not; None if the request was refused."""
        application = self.application
        resources = application.resources
        exchange = Exchange(self.connection, number, text)
        origin = exchange.origin()
        for_script = resources is not None and resources.wants(text)
        if (
            application.leaving
            or application.outdated()
            or (for_script and resources.outdated(origin[1]))  # type: ignore[union-attr]
        ):
            self.connection.send(RETRY, NUMBER.pack(number))
            return None
        function = (resources if for_script else application).load(*origin)  # type: ignore[union-attr]
        if function is None:
            exchange.send_end(OUTCOME_FAILED_BEFORE_HEAD)
        return function

    def _discard_body(self, exchange: "Exchange") -> None:
        """Read what is left of the request body, which nobody wants."""
        while exchange.body_pending:
            frame_type, payload = self.connection.receive()
            if frame_type != BODY:
                exchange.note_body_frame(frame_type, payload)
