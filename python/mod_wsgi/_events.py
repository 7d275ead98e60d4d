"""Event subscriptions of the module mod_wsgi, and their publication by the worker."""

from modwsgi_dev_worker.current_request import current_exchange
from modwsgi_dev_worker.error_report import report_callback_error

if False:
    from typing import Any, Callable, Dict, List, TypeVar

    Callback = TypeVar("Callback", bound=Callable[..., Any])

event_callbacks: "List[Callable[..., Any]]" = []
shutdown_callbacks: "List[Callable[..., Any]]" = []
signal_callbacks: "List[Callable[..., Any]]" = []


def subscribe_events(callback: "Callback") -> "Callback":
    """Call callback(name, **fields) for every event; usable as a decorator."""
    event_callbacks.append(callback)
    return callback


def subscribe_shutdown(callback: "Callback") -> "Callback":
    """Call callback("process_stopping", shutdown_reason=...) when the process is about to end."""
    shutdown_callbacks.append(callback)
    return callback


def subscribe_signals(callback: "Callback") -> "Callback":
    """Call callback("process_signal", signame=..., signum=...) for HUP and USR2."""
    signal_callbacks.append(callback)
    return callback


def request_data() -> "Dict[Any, Any]":
    """The dictionary that belongs to the request of this thread; RuntimeError outside of requests."""
    exchange = current_exchange()
    if exchange is None:
        raise RuntimeError("no active request for thread")
    return exchange.request_data


def publish(
    name: str, callbacks: "List[Callable[..., Any]]", fields: "Dict[str, Any]"
) -> "Dict[str, Any]":
    """Call the callbacks in order and return the fields with what they returned merged in.

    A callback that raises is logged and does not disturb the others.
    """
    for callback in list(callbacks):
        try:
            result = callback(name, **fields)
        except BaseException as error:
            report_callback_error(name, error)
        else:
            if isinstance(result, dict):
                fields.update(result)
    return fields
