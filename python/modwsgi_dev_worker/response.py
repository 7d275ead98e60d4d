"""What the application returned, or raised, becomes the rest of the response and its end.

PEP 3333, "The Application/Framework Side" and "Buffering and Streaming": every block goes out before
the next one is asked for; close() runs at the end in every case, after the body was delivered.
"""

from mod_wsgi import RequestTimeout
from mod_wsgi._events import event_callbacks
from mod_wsgi._metrics import recorders
from mod_wsgi._file_wrapper import FileWrapper

from .connection import ConnectionLost
from .error_report import report_interrupt, report_request_error, report_short_file
from .exchange import MAX_DATA, ClientGone
from .file_response import FileTooShort, send_file
from .protocol import (
    OUTCOME_BROKEN_OFF,
    OUTCOME_COMPLETE,
    OUTCOME_FAILED_AFTER_HEAD,
    OUTCOME_FAILED_BEFORE_HEAD,
    OUTCOME_INTERRUPTED,
    RESPONSE,
    RESPONSE_COMPLETE,
    RESPONSE_ENDS,
    RESPONSE_FRAME,
    ProtocolError,
)
from .request_events import publish_exception, publish_response_started

if False:
    from typing import Any, Optional

    from .exchange import Exchange

_LAST_FLAGS = RESPONSE_COMPLETE | RESPONSE_ENDS
_pack = RESPONSE_FRAME.pack


def respond(result: "Any", exchange: "Exchange") -> None:
    """Send the body that the application returned, close it, and tell the front that it was all."""
    if type(result) is list or type(result) is tuple:
        # It has no close() and is not computed while it is sent: it can go in one frame.
        body = result[0] if len(result) == 1 else _joined(result)
        head = exchange.head
        if (
            type(body) is bytes
            and len(body) <= MAX_DATA
            and head is not None
            and not exchange.head_sent
        ):
            if exchange.length is not None:
                exchange.settle_length()
                head = exchange.head
            if event_callbacks or recorders:
                if event_callbacks:
                    publish_response_started(exchange)
                exchange.output_length = len(body)
                exchange.output_writes = sum(map(bool, result))
            if exchange.length is not None:
                body = body[: exchange.length]
            exchange.head_sent = True
            size = len(head)  # type: ignore[arg-type]
            exchange.connection.send_bytes(
                _pack(RESPONSE, 9 + size + len(body), exchange.number, _LAST_FLAGS, size) + head + body  # type: ignore[operator]
            )
            exchange.over = True
            return
    outcome = _send_blocks(result, exchange)
    outcome = _close(result, exchange) or outcome
    exchange.send_end(outcome)


def _joined(blocks: "Any") -> "Optional[bytes]":
    """All blocks in one; None if one of them is not bytes, so that what precedes it is sent."""
    for block in blocks:
        if type(block) is not bytes:
            return None
    return b"".join(blocks) if sum(map(len, blocks)) <= MAX_DATA else None


def _send_blocks(result: "Any", exchange: "Exchange") -> int:
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
    except FileTooShort as error:
        report_short_file(error, *exchange.origin())
        return OUTCOME_BROKEN_OFF
    except BaseException as error:
        return failed(error, exchange)
    return OUTCOME_COMPLETE


def _close(result: "Any", exchange: "Exchange") -> int:
    """Call close() of the iterable if it has one; the outcome, 0 if nothing failed."""
    try:
        try:
            close = result.close
        except AttributeError:
            return OUTCOME_COMPLETE
        close()
    except BaseException as error:
        return failed(error, exchange)
    return OUTCOME_COMPLETE


def failed(error: BaseException, exchange: "Exchange") -> int:
    """Log an exception of the application and return the outcome it leads to.

    Raises it again if it is the channel that failed.
    """
    if isinstance(error, (ConnectionLost, ProtocolError)):
        raise error
    if isinstance(error, RequestTimeout):
        report_interrupt(*exchange.origin())
        return OUTCOME_FAILED_AFTER_HEAD if exchange.head_sent else OUTCOME_INTERRUPTED
    report_request_error(error, *exchange.origin())
    if event_callbacks:
        publish_exception(error, exchange)
    if exchange.aborted:
        return OUTCOME_BROKEN_OFF
    return OUTCOME_FAILED_AFTER_HEAD if exchange.head_sent else OUTCOME_FAILED_BEFORE_HEAD
