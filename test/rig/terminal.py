"""Runs a command on a terminal of its own: `python3 terminal.py COMMAND ARGUMENT...`.

What comes in on standard input is typed there (\\x03 is Ctrl-C), and what the terminal shows goes to standard
output. SIGTERM goes on to the command; its exit code, or 128 and its signal, is ours.
"""

import os
import pty
import select
import signal
import sys


def main() -> int:
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    show(terminal)
    _, status = os.waitpid(child, 0)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def show(terminal: int) -> None:
    """Pass on both directions until nobody has the terminal open any more."""
    sources = [0, terminal]
    while True:
        for source in select.select(sources, [], [])[0]:
            try:
                data = os.read(source, 65536)
            except OSError:  # how Linux tells the end of a terminal
                data = b""
            if source == terminal and not data:
                return
            if not data:
                sources.remove(source)
            elif source == terminal:
                os.write(1, data)
            else:
                os.write(terminal, data)


sys.exit(main())
