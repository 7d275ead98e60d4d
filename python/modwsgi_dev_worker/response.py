"""What the application returned, or raised, becomes the rest of the response and its END.

PEP 3333, "The application/framework side" and "Buffering and Streaming": every block goes out before
the next one is asked for; close() runs at the end in every case, after the body was delivered.
"""

from mod_wsgi import RequestTimeout, event_callbacks
from mod_wsgi._file_wrapper import FileWrapper

from .connection import ConnectionLost
from .error_report import report_request_error
from .exchange import MAX_DATA, ClientGone
from .file_response import send_file
from .log_stream import end_line
from .protocol import (
    END,
    HEADER,
    OUTCOME_BROKEN_OFF,
    OUTCOME_COMPLETE,
    OUTCOME_FAILED_AFTER_HEAD,
    OUTCOME_FAILED_BEFORE_HEAD,
    OUTCOME_INTERRUPTED,
    RESPONSE,
    RESPONSE_COMPLETE,
    RESPONSE_ENDS,
    RESPONSE_FRAME,
)
from .request_events import publish_exception, publish_response_started

if False:
    from typing import Any, Optional

    from .exchange import Exchange

_LAST_FLAGS = RESPONSE_COMPLETE | RESPONSE_ENDS
_pack = RESPONSE_FRAME.pack


def respond(result: "Any", exchange: "Exchange") -> None:
    """Send the body the application returned, close it, and tell the front that it was all."""
    if type(result) is list or type(result) is tuple:
        # A list has no close() and is not computed while it is sent: it can go in one frame.
        body = result[0] if len(result) == 1 else _joined(result)
        if (
            type(body) is bytes
            and len(body) <= MAX_DATA
            and exchange.head is not None
            and not exchange.head_sent
        ):
            if exchange.length is not None:
                exchange.settle_length()
                body = body[: exchange.length]
            if event_callbacks:
                publish_response_started(exchange)
            if exchange.partial:
                end_line(exchange)
            head = exchange.head
            size = len(head)
            exchange.head_sent = True
            exchange.output_length = len(body)
            exchange.connection.send_bytes(
                _pack(RESPONSE, 5 + size + len(body), _LAST_FLAGS, size) + head + body
            )
            return
    outcome = _iterate(result, exchange)
    outcome = _close(result, exchange) or outcome
    send_end(outcome, exchange)


def _joined(blocks: "Any") -> "Optional[bytes]":
    """All blocks in one; None if one of them is not bytes, so that what precedes it is sent."""
    for block in blocks:
        if type(block) is not bytes:
            return None
    return b"".join(blocks) if sum(map(len, blocks)) <= MAX_DATA else None


def _iterate(result: "Any", exchange: "Exchange") -> int:
    """Send the blocks of the iterable; the outcome, with errors already logged."""
    try:
        if not (
            isinstance(result, FileWrapper)
            and exchange.head is not None
            and not exchange.head_sent
            and send_file(result, exchange)
        ):
            send_block = exchange.send_block
            for block in result:
                send_block(block)
        exchange.finish()
    except ClientGone:
        return OUTCOME_BROKEN_OFF
    except ConnectionLost:
        raise
    except BaseException as error:
        return failed(error, exchange)
    return OUTCOME_COMPLETE


def _close(result: "Any", exchange: "Exchange") -> int:
    """Call close() of the iterable if it has one; the outcome, 0 if nothing failed."""
    try:
        close = result.close
    except AttributeError:
        return OUTCOME_COMPLETE
    try:
        close()
    except ConnectionLost:
        raise
    except BaseException as error:
        return failed(error, exchange)
    return OUTCOME_COMPLETE


def failed(error: BaseException, exchange: "Exchange") -> int:
    """Log an exception of the application and return the outcome it leads to."""
    if exchange.aborted and isinstance(error, OSError):
        outcome = OUTCOME_BROKEN_OFF
    elif exchange.head_sent:
        outcome = OUTCOME_FAILED_AFTER_HEAD
    elif isinstance(error, RequestTimeout):
        outcome = OUTCOME_INTERRUPTED
    else:
        outcome = OUTCOME_FAILED_BEFORE_HEAD
    report_request_error(error, *exchange.origin())
    if event_callbacks:
        publish_exception(error, exchange)
    return outcome


def send_end(outcome: int, exchange: "Exchange") -> None:
    """Tell the front that the thread is free."""
    if exchange.partial:
        end_line(exchange)
    exchange.outcome = outcome
    exchange.connection.send_bytes(HEADER.pack(END, 1) + bytes((outcome,)))
