"""The HTML of the example: what the server gave to the application, as a page."""

import os
import platform
import threading
import time
from html import escape

loaded_at = time.strftime("%H:%M:%S")

shown_keys = [
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "REMOTE_ADDR",
    "HTTP_HOST",
    "wsgi.url_scheme",
    "wsgi.multiprocess",
    "wsgi.multithread",
]


def home(environ):
    facts = [
        ("Process", os.getpid()),
        ("Thread", threading.current_thread().name),
        ("Python", platform.python_version()),
        ("Code loaded at", loaded_at),
        ("Page made at", time.strftime("%H:%M:%S")),
    ]
    variables = [(key, repr(environ[key])) for key in shown_keys if key in environ]
    return _page(
        """
        <h1>It works</h1>
        <p class="lead">This page comes from <code>examples/hello/page.py</code>. Change a word of it,
        save, and reload: a new process has the new code.</p>
        <section><h2>Who answered</h2>%s</section>
        <section><h2>What the server said</h2>%s</section>
        <section><h2>Try</h2><ul>
          <li><a href="/slow?t=2">/slow?t=2</a> keeps one thread busy for two seconds</li>
          <li><a href="/log">/log</a> writes three lines to the log</li>
          <li><a href="/error">/error</a> fails, with a traceback in the log</li>
          <li><a href="/static/style.css">/static/style.css</a> is served without Python</li>
        </ul></section>
        """
        % (_table(facts), _table(variables))
    )


def message(text):
    return _page('<h1>%s</h1><p><a href="/">Back</a></p>' % escape(text))


def _table(rows):
    cells = "".join(
        "<tr><th>%s</th><td>%s</td></tr>" % (escape(str(name)), escape(str(value)))
        for name, value in rows
    )
    return "<table>%s</table>" % cells


def _page(content):
    html = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>modwsgi-dev: hello</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/static/style.css">
</head>
<body><main>%s</main></body>
</html>
"""
    return (html % content).encode("utf-8")
