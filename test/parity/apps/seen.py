"""Answers with what it saw of the request, as JSON; the method is in a field, for HEAD."""

import json


def body_of(environ):
    try:
        return environ["wsgi.input"].read().decode("latin-1")
    except BaseException as error:
        return type(error).__name__


def application(environ, start_response):
    seen = {key: environ[key] for key in ("REQUEST_METHOD", "REQUEST_URI", "PATH_INFO", "SERVER_PROTOCOL")}
    seen.update((key, value) for key, value in environ.items() if key.startswith(("HTTP_", "CONTENT_")))
    seen["body"] = body_of(environ)
    block = json.dumps(seen, sort_keys=True).encode("latin-1")
    start_response("200 OK", [("Content-Length", str(len(block))), ("X-Method", environ["REQUEST_METHOD"])])
    return [block]
