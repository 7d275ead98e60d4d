"""Takes its time: the path says how, the query how long."""

import os
import threading
import time

LATER = threading.Event()


def application(environ, start_response):
    path, seconds = environ["PATH_INFO"], float(environ["QUERY_STRING"] or 0)
    text = b"app " + path.encode()
    if path == "/sleep":
        time.sleep(seconds)
    elif path == "/spin":
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
    elif path == "/pid":
        text = b"%d" % os.getpid()
    elif path == "/head-then-sleep":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return head_then_sleep(seconds)
    elif path == "/wait":
        LATER.wait(20)
        LATER.clear()
    elif path == "/go-on":
        LATER.set()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]


def head_then_sleep(seconds):
    yield b"app begun"
    time.sleep(seconds)
    yield b"app ended"
