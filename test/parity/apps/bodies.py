"""Reads request bodies in all ways. `/eval?EXPRESSION` tells what the expression gives, where `i` is wsgi.input.

`/events` tells, and forgets, what was noted.
"""

import json
import threading
import urllib.parse

events = []
steps = threading.Semaphore(0)


def attempt(text, i):
    try:
        return repr(eval(text, {"i": i, "attempt": lambda part: attempt(part, i)}))
    except BaseException as error:
        return "%s: %s" % (type(error).__name__, error)


def evaluated(environ):
    return attempt(urllib.parse.unquote(environ["QUERY_STRING"]), environ["wsgi.input"])


def read(environ):
    try:
        body = environ["wsgi.input"].read()
    except BaseException as error:
        events.append("%s: %s" % (type(error).__name__, error))
        raise
    events.append("read %d" % len(body))
    return "%d %s" % (len(body), body[:20].decode("latin-1"))


def caught(environ):
    try:
        return read(environ)
    except Exception as error:
        return type(error).__name__


def caught_in_parts(environ):
    said = []
    try:
        while True:
            block = environ["wsgi.input"].read(2)
            if not block:
                break
            said.append(block.decode("latin-1"))
    except Exception as error:
        said.append(type(error).__name__)
    events.append("end")
    return " ".join(said)


def unread(environ):
    events.append("unread")
    return "unread"


def three(environ):
    return environ["wsgi.input"].read(3).decode("latin-1")


def line(environ):
    return environ["wsgi.input"].readline().decode("latin-1")


def length(environ):
    return "%s %s" % (environ.get("CONTENT_LENGTH"), environ.get("HTTP_TRANSFER_ENCODING"))


def patient(environ):
    steps.acquire(timeout=5)
    return caught(environ)


def step(environ):
    steps.release()
    return "step"


def told(environ):
    said = json.dumps(events)
    events.clear()
    return said


kinds = {"eval": evaluated, "events": told}


def echo(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    while True:
        block = environ["wsgi.input"].readline()
        if not block:
            return
        yield b"app " + block


class Closing:
    def __init__(self, block):
        self.blocks = [block]

    def __iter__(self):
        return iter(self.blocks)

    def close(self):
        events.append("close")


def application(environ, start_response):
    name = environ["PATH_INFO"].strip("/")
    if environ["REQUEST_METHOD"] == "POST":
        events.append("called")
    if name == "echo":
        return echo(environ, start_response)
    if name == "answered_first":
        start_response("200 OK", [("Content-Type", "text/plain")])(b"app first ")
        return [caught(environ).encode()]
    if name == "closing":
        start_response("200 OK", [("Content-Length", "3")])
        return Closing(b"app")
    kind = kinds.get(name) or globals().get(name)
    said = "app " + (kind(environ) if kind else environ["PATH_INFO"])
    body = said.encode("latin-1", "replace")
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
