"""Applications that wsgiref.validate objects to, by path."""

from wsgiref.validate import validator

TEXT = [("Content-Type", "text/plain")]


def simple(environ, start_response):
    start_response("200 OK", TEXT)
    return [b"app"]


def text_in_the_body(environ, start_response):
    start_response("200 OK", TEXT)
    return ["text"]


def type_of_nothing(environ, start_response):
    start_response("204 No Content", TEXT)
    return []


def read_without_size(environ, start_response):
    try:
        environ["wsgi.input"].read()
    except AssertionError:
        pass
    return simple(environ, start_response)


def status_as_bytes(environ, start_response):
    start_response(b"200 OK", TEXT)
    return []


def status_without_reason(environ, start_response):
    start_response("200", TEXT)
    return [b"app"]


def forgotten(environ, start_response):
    """Begins a response and drops it, as a server would that does not close."""
    validator(simple)(dict(environ), lambda status, headers, exc_info=None: print)
    return simple(environ, start_response)


wrong_applications = {
    "/wrong/body": text_in_the_body,
    "/wrong/type": type_of_nothing,
    "/wrong/read": read_without_size,
    "/wrong/status": status_as_bytes,
    "/wrong/reason": status_without_reason,
    "/wrong/close": forgotten,
}
