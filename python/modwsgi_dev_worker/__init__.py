"""What a worker process of modwsgi-dev runs: it takes prepared requests from the front over the
channel of docs/protocol.md and calls the application as mod_wsgi's daemon mode would.

Started as a folder (see __main__.py). Standard library only, CPython 3.8 and later.
"""
