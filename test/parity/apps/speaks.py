"""Writes to the log what the path names, and answers as the path says."""

import logging
import os
import sys
import threading
import traceback
import warnings

print("printed at import")


def fails(text):
    raise ValueError(text)


def report():
    try:
        fails("caught")
    except ValueError:
        sys.stderr.write("first\nsecond\n")


def in_thread():
    thread = threading.Thread(target=lambda: print("in a thread"))
    thread.start()
    thread.join()


def many():
    for number in range(200):
        print("%03d" % number + "x" * 8000)


WORDS = {
    "print": lambda: print("printed"),
    "stderr": lambda: sys.stderr.write("to stderr\n"),
    "several": lambda: sys.stderr.write("one\n\ntwo\n"),
    "carriage": lambda: sys.stderr.write("a\rb\r\n"),
    "unfinished": lambda: sys.stderr.write("unfinished"),
    "bytes": lambda: sys.stdout.buffer.write(b"bytes \xff\xfe caf\xc3\xa9 \xc3\n"),
    "unicode": lambda: print("caf\xe9 \u20ac \U0001f600"),
    "surrogate": lambda: print("lone \udcff"),
    "controls": lambda: print("\x1b[31mred \x07 \x08 \x0b \x0c \x7f \\ \t end"),
    "nul": lambda: print("before \0 after"),
    "quotes": lambda: print("\"quoted\" 'too' %s %d %%"),
    "long": lambda: print("x" * 20000),
    "long escaped": lambda: print("a\xe9" * 8000),
    "forged": lambda: print("[Fri Nov 20 16:25:32.794737 2026] [core:crit] forged"),
    "logging": lambda: logging.getLogger("site").warning("by logging"),
    "warning": lambda: warnings.warn("by warnings"),
    "thread": in_thread,
    "report": report,
    "error": lambda: fails("two\nlines"),
    "non-ascii error": lambda: fails("caf\xe9"),
    "exit": lambda: sys.exit("leaving"),
    "many": many,
}


def application(environ, start_response):
    path = environ["PATH_INFO"]
    query = environ["QUERY_STRING"].replace("%20", " ")
    if path == "/say":
        if query.startswith("mark"):
            print(query)
        elif query == "errors":
            environ["wsgi.errors"].write("to wsgi.errors\n")
        else:
            WORDS[query]()
    headers = [("Content-Type", "text/plain")]
    body = [b"app"]
    status = "200 OK"
    if path == "/chunked":
        headers += [("X-Out", 'a"b\\c'), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
        body = [b"some", b"pieces"]
    elif path == "/redirect":
        headers += [("Location", "/elsewhere?x=1")]
    elif path == "/status":
        status = query
        body = [b"app"] if query[:3] not in ("204", "304") else []
    elif path == "/empty":
        body = []
        headers += [("Content-Length", "0")]
    elif path == "/large":
        body = [b"x" * 100000]
        headers += [("Content-Length", "100000")]
    elif path == "/body":
        environ["wsgi.input"].read()
    if len(body) == 1 and path not in ("/large",):
        headers += [("Content-Length", str(len(body[0])))]
    start_response(status, headers)
    return body
