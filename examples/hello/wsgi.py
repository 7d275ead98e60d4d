"""A WSGI application without a framework: edit this file or page.py while it runs, and reload the page."""

import sys
import time
from urllib.parse import parse_qs

import page


def application(environ, start_response):
    view = views.get(environ["PATH_INFO"], not_found)
    status, body = view(environ)
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    start_response(status, headers)
    return [body]


def home(environ):
    return "200 OK", page.home(environ)


def slow(environ):
    """Keeps one thread busy, so that you can see what the others do meanwhile."""
    try:
        wanted = float(parse_qs(environ["QUERY_STRING"]).get("t", ["2"])[0])
    except ValueError:
        return "400 Bad Request", page.message("t has to be a number of seconds")
    seconds = max(0.0, min(wanted, 30.0))
    time.sleep(seconds)
    return "200 OK", page.message("This took %g s" % seconds)


def log(environ):
    """Writes to the log in the three ways that an application has."""
    print("print() goes to the log")
    print("so does sys.stderr", file=sys.stderr)
    print("and wsgi.errors", file=environ["wsgi.errors"])
    return "200 OK", page.message("Three lines are in the log now")


def error(environ):
    """Fails: the browser gets the page for errors, the log gets the traceback."""
    raise RuntimeError("raised on purpose by examples/hello")


def not_found(environ):
    return "404 Not Found", page.message("There is nothing at this address")


views = {"/": home, "/slow": slow, "/log": log, "/error": error}
