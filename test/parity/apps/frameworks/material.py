"""What the sites of the three frameworks answer with, so that they answer alike.

`events` is what was noted since /events was asked last: that a response was closed, that a framework has said
good-bye to a request.
"""

import hashlib
import json
import re
import threading

events = []
steps = threading.Semaphore(0)

TEXT = "app says: caf\u00e9, \u4e16\u754c\n"
HTML = "<!doctype html><title>app</title><p>caf\u00e9 &amp; \u4e16\u754c</p>\n"
DATA = {"app": "caf\u00e9", "list": [1, 2.5, None, True], "nested": {"\u4e16": "\u754c"}}
TAG = "of-the-app"

# 2021-03-04 05:06:07 UTC
CHANGED = 1614834367


def telling(application):
    """An application that answers /events and /step itself, so that the framework notes nothing of that."""

    def told(environ, start_response):
        path = environ["PATH_INFO"]
        if path not in ("/events", "/step"):
            return application(environ, start_response)
        if path == "/step":
            steps.release()
        taken = list(events)
        del events[: len(taken)]
        body = json.dumps(taken).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return told


class Blocks:
    """Gives blocks, raises those that are exceptions, and notes when it is closed."""

    def __init__(self, *blocks):
        self.blocks = list(blocks)

    def __iter__(self):
        return self

    def __next__(self):
        if not self.blocks:
            raise StopIteration
        block = self.blocks.pop(0)
        if isinstance(block, Exception):
            raise block
        return block

    def close(self):
        events.append("blocks closed")


def generated(count=4):
    """Blocks of a generator, which notes its end however it comes about."""
    try:
        for number in range(count):
            yield b"app block %d\n" % number
        events.append("generator ran out")
    finally:
        events.append("generator closed")


def stepwise():
    """A block for each request to /step, for ever; the first at once."""
    try:
        yield b"app first\n"
        while steps.acquire(timeout=5):
            yield b"x" * 65536
        events.append("waited in vain")
    finally:
        events.append("generator closed")


def repeated(size, block=65536):
    """So many bytes in blocks; each differs from the one before."""
    for start in range(0, size, block):
        yield bytes([65 + start // block % 26]) * min(block, size - start)


def digest_of(blocks):
    """Number and digest of the bytes of an iterable of blocks."""
    size, digest = 0, hashlib.sha256()
    for block in blocks:
        size += len(block)
        digest.update(block)
    return {"bytes": size, "sha256": digest.hexdigest()}


def read_in_blocks(stream, size=65536):
    """The blocks of a stream until its end."""
    return iter(lambda: stream.read(size), b"")


# Keys that belong to one request; the version of Apache is told by another scenario.
PARTICULAR = re.compile(r"REMOTE_PORT|mod_wsgi\.(request_id|server_pid|thread_id|\w+_start)")
OTHERS = ("apache.version",)


def described(environ):
    """The environ as JSON can tell it; what is no text, or of one request only, is told by its type."""
    return {
        key: value
        if isinstance(value, (str, bool)) and not PARTICULAR.fullmatch(key)
        else type(value).__name__
        for key, value in environ.items()
        if key not in OTHERS
    }
