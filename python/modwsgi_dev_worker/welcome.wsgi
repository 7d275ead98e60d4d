"""The application that is served when the command line names none."""

PAGE = b"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>modwsgi-dev</title></head>
<body>
<h1>modwsgi-dev is running</h1>
<p>No application was named. Start it with the path of a WSGI script:</p>
<pre>modwsgi-dev start-server mysite/wsgi.py</pre>
</body>
</html>
"""


def application(environ, start_response):
    """Answer every path with the same page."""
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]
