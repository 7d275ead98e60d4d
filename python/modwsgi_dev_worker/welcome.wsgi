"""The application that is served when the command line names none."""

PAGE = b"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>modwsgi-dev</title>
<link rel="icon" href="/__wsgi__/images/modwsgi-dev.svg">
<style>
body { font: 18px/1.5 system-ui, sans-serif; max-width: 38rem; margin: 15vh auto 0; padding: 0 1rem; }
pre { background: #8882; padding: 0.8em 1em; border-radius: 6px; overflow-x: auto; }
</style>
</head>
<body>
<img src="/__wsgi__/images/modwsgi-dev.svg" alt="" width="96" height="96">
<h1>modwsgi-dev is running</h1>
<p>No application was named. Start it with the path of a WSGI script:</p>
<pre>modwsgi-dev start-server mysite/wsgi.py</pre>
<p>All that it can do is in the <a href="/__wsgi__/docs/">documentation</a>.</p>
</body>
</html>
"""


def application(environ, start_response):
    """Answer every path with the same page."""
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]
