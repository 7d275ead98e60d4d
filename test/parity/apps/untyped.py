"""Answers every path with itself, and says nothing of its type but what `?EXPRESSION` gives: a status and fields."""

import urllib.parse


def application(environ, start_response):
    status, headers = "200 OK", []
    if environ["QUERY_STRING"]:
        status, headers = eval(urllib.parse.unquote(environ["QUERY_STRING"]))
    start_response(status, headers)
    return [b"app " + environ["PATH_INFO"].encode("latin-1")]
