"""The application under chaos. Each request has an id, which the answer names. The process notes in a file that
its worker is about to call the application for it (`take`), and that the application has begun and ended.
"""

import ctypes
import os
import select
import sys
import threading
import time
import zlib

import modwsgi_dev_worker.request_thread as request_thread

_notes = os.open(os.environ["CHAOS_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
_kept = []


def _note(what, identity):
    os.write(_notes, ("%s %s %d\n" % (what, identity, os.getpid())).encode())


def _watch(note_begun):
    """A process can be killed after the worker has said that it begins a request, and before the application
    does anything: so the note has to be made before the worker says it."""

    def take(begun, slot, number):
        text = sys._getframe(1).f_locals["text"]
        identity = text.partition("\0QUERY_STRING\0id=")[2].partition("\0")[0].partition("&")[0]
        _note("take", identity)
        note_begun(begun, slot, number)

    return take


request_thread._note_begun = _watch(request_thread._note_begun)


def application(environ, start_response):
    """Do what the path says, with the numbers of the query."""
    query = dict(pair.split("=", 1) for pair in environ["QUERY_STRING"].split("&"))
    identity = query["id"]
    _note("begin", identity)
    action = environ["PATH_INFO"].rpartition("/")[2]
    result = _actions[action](identity, int(query.get("n", 0)), environ, start_response)
    if isinstance(result, list):
        _note("end", identity)
    return result


def _pause(seconds):
    """time.sleep does not work under a clock that is not the real one (libfaketime)."""
    select.select([], [], [], seconds)


def _answer(identity, start_response, body=None):
    body = identity.encode() if body is None else body
    fields = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response("200 OK", fields)
    return [body]


def _sleep(identity, number, environ, start_response):
    """Take `number` milliseconds without the processor."""
    _pause(number / 1000)
    return _answer(identity, start_response)


def _spin(identity, number, environ, start_response):
    """Take `number` milliseconds of the processor."""
    end = time.thread_time() + number / 1000
    while time.thread_time() < end:
        pass
    return _answer(identity, start_response)


def _echo(identity, number, environ, start_response):
    """Read the body and tell its length and checksum."""
    length = checksum = 0
    while True:
        piece = environ["wsgi.input"].read(65536)
        if not piece:
            break
        length += len(piece)
        checksum = zlib.crc32(piece, checksum)
    return _answer(identity, start_response, b"%s %d %d" % (identity.encode(), length, checksum))


def _stream(identity, number, environ, start_response):
    """Answer in `number` pieces, 10 ms after each other, without a length."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return _pieces(identity, number)


def _pieces(identity, number):
    for _ in range(number):
        yield identity.encode() + b" "
        _pause(0.01)
    yield b"end"
    _note("end", identity)


def _download(identity, number, environ, start_response):
    """Answer with `number` bytes between two ids."""
    name = identity.encode()
    return _answer(identity, start_response, name + b"x" * number + name)


def _crash(identity, number, environ, start_response):
    ctypes.string_at(0)


def _exit(identity, number, environ, start_response):
    os._exit(number)


def _grow(identity, number, environ, start_response):
    """Keep `number` MB for ever."""
    _kept.append(bytearray(number * 2**20))
    return _answer(identity, start_response)


def _block(identity, number, environ, start_response):
    """Never come back."""
    threading.Event().wait()


_actions = {
    "sleep": _sleep,
    "spin": _spin,
    "echo": _echo,
    "stream": _stream,
    "download": _download,
    "crash": _crash,
    "exit": _exit,
    "grow": _grow,
    "block": _block,
}
