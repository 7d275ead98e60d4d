"""The events around one request, published to subscribers of the module mod_wsgi.

Field names as measured on mod_wsgi 6.0.5. Nothing here runs unless somebody subscribed.
"""

import time

from mod_wsgi._events import event_callbacks, publish
from mod_wsgi._metrics import recorders

from .protocol import OUTCOME_INTERRUPTED, decode_head, environ_of

if False:
    from typing import Any, Callable, Dict, Optional, Tuple

    from .exchange import Exchange

_TIMES = ("request_start", "queue_start", "daemon_start", "application_start")


def publish_response_started(exchange: "Exchange") -> None:
    """The head is about to be sent."""
    status, headers = decode_head(exchange.head)  # type: ignore[arg-type]
    publish(
        "response_started",
        event_callbacks,
        {
            "request_id": exchange.request_id,
            "response_status": status,
            "response_headers": headers,
            "exception_info": getattr(exchange, "exc_info", None),
            "request_data": exchange.request_data,
        },
    )
    exchange.exc_info = None


def publish_exception(error: BaseException, exchange: "Exchange") -> None:
    """The application failed with an exception."""
    publish(
        "request_exception",
        event_callbacks,
        {
            "request_id": exchange.request_id,
            "exception_info": (type(error), error, error.__traceback__),
            "request_data": exchange.request_data,
        },
    )


def publish_request_started(
    function: "Callable[..., Any]", environ: "Dict[str, Any]", exchange: "Exchange"
) -> "Callable[..., Any]":
    """A request is about to reach the application; returns what to call, which subscribers may change.

    Subscribers see SCRIPT_NAME and PATH_INFO as the server split them, before the mount point is
    taken into account, and an application_object that puts them right.
    """
    final = environ["SCRIPT_NAME"], environ["PATH_INFO"]
    # One that a trusted proxy tells is there already.
    if "mod_wsgi.mount_point" not in environ:
        environ["SCRIPT_NAME"] = environ.get("mod_wsgi.script_name", final[0])
    environ["PATH_INFO"] = environ.get("mod_wsgi.path_info", final[1])

    def handle_request(environ: "Dict[str, Any]", start_response: "Callable[..., Any]") -> "Any":
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = final
        return function(environ, start_response)

    fields = publish(
        "request_started",
        event_callbacks,
        {
            "request_id": exchange.request_id,
            "thread_id": environ["mod_wsgi.thread_id"],
            "server_pid": _server_pid(environ),
            "daemon_connects": 1,
            "daemon_restarts": 0,
            "request_start": environ["mod_wsgi.request_start"],
            "queue_start": environ["mod_wsgi.queue_start"],
            "daemon_start": environ["mod_wsgi.daemon_start"],
            "application_start": environ["mod_wsgi.application_start"],
            "callable_object": environ.get("mod_wsgi.callable_object"),
            "application_object": handle_request,
            "request_environ": environ,
            "request_data": exchange.request_data,
        },
    )
    return fields["application_object"]


class RequestMeter:
    """Takes the measures of one request, for its request_finished event and for the metrics."""

    __slots__ = ("_fields", "_number", "_connection", "_cpu")

    def __init__(
        self, environ: "Dict[str, Any]", exchange: "Exchange", number: int, late: bool = False
    ) -> None:
        """number: that of the thread which serves the request; late: recorders know that it has begun."""
        self._fields = {name: environ["mod_wsgi." + name] for name in _TIMES}
        self._fields["thread_id"] = number
        self._fields["server_pid"] = _server_pid(environ)
        self._number = number
        self._connection = exchange.connection = TimedConnection(exchange.connection)
        stream = environ.get("wsgi.input")
        if getattr(stream, "_connection", None) is not None:
            stream._connection = self._connection
        self._cpu = _thread_cpu()
        for recorder in () if late else recorders:
            recorder.started(number)

    def finish(self, exchange: "Exchange") -> None:
        """The response is complete, or has failed with a status that the front makes up."""
        fields = dict(self._fields)
        finish = time.time()
        user, system = (after - before for after, before in zip(_thread_cpu(), self._cpu))
        fields.update(
            request_id=exchange.request_id,
            application_finish=finish,
            application_time=finish - fields["application_start"],
            cpu_time=user + system,
            cpu_user_time=user,
            cpu_system_time=system,
            gil_wait_time=0.0,
            gil_wait_count=0,
            input_length=exchange.input_length,
            input_reads=exchange.input_reads,
            input_time=self._connection.receiving,
            output_length=exchange.output_length,
            output_writes=exchange.output_writes,
            output_time=self._connection.sending,
            status=_status(exchange),
            request_data=exchange.request_data,
        )
        for recorder in recorders:
            recorder.finished(self._number, fields)
        del fields["application_start"]
        if event_callbacks:
            publish("request_finished", event_callbacks, fields)


def late_meter(exchange: "Exchange", number: int) -> "RequestMeter":
    """A meter for a request that was in progress when somebody began to ask for measures.

    Its environ is gone, and with it when the application was called: that is taken for when the front
    gave the request away.
    """
    environ = environ_of(exchange.text)
    for name in ("request_start", "queue_start"):
        environ["mod_wsgi." + name] = float(environ["mod_wsgi." + name])
    for name in ("daemon_start", "application_start"):
        environ["mod_wsgi." + name] = environ["mod_wsgi.queue_start"]
    return RequestMeter(environ, exchange, number, late=True)


class TimedConnection:
    """The connection of a request's thread, with the seconds that sending and receiving took."""

    __slots__ = ("_connection", "next_type", "sending", "receiving")

    def __init__(self, connection: "Any") -> None:
        self._connection = connection
        self.next_type = connection.next_type
        self.sending = self.receiving = 0.0

    def send_bytes(self, data: "Any") -> None:
        """Send bytes that are frames already."""
        started = time.perf_counter()
        self._connection.send_bytes(data)
        self.sending += time.perf_counter() - started

    def receive(self) -> "Tuple[int, bytes]":
        """The next frame, waiting for it."""
        started = time.perf_counter()
        frame = self._connection.receive()
        self.receiving += time.perf_counter() - started
        return frame


def _status(exchange: "Exchange") -> int:
    if exchange.head_sent:
        return int(exchange.head[:3])  # type: ignore[index]
    return 504 if exchange.outcome == OUTCOME_INTERRUPTED else 500


def _server_pid(environ: "Dict[str, Any]") -> "Optional[int]":
    text = environ.get("mod_wsgi.server_pid")
    return int(text) if text else None


def _thread_cpu() -> "Tuple[float, float]":
    """User and system seconds of this thread; all of it as user time where the two are not known."""
    try:
        import resource

        usage = resource.getrusage(resource.RUSAGE_THREAD)
    except (ImportError, AttributeError):
        return time.thread_time(), 0.0
    return usage.ru_utime, usage.ru_stime
