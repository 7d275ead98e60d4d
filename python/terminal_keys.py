"""Reads lines from the terminal for a server: `python3 terminal_keys.py`, as its child, in its process group.

Standard input is the terminal; each line goes to standard output. Descriptor 3 is a pipe that closes when the
server has gone. Another process than the server has to read, because only one that ignores SIGTTIN may try to in
the background: its read fails then, where the whole group would be stopped, or sent a signal that means something
else there. Node cannot ignore a signal.
"""

import os
import select
import signal

TERMINAL, SERVER = 0, 3

# Seconds between two attempts in the background.
BACKGROUND_PAUSE = 0.5


def main():
    signal.signal(signal.SIGTTIN, signal.SIG_IGN)
    # The server decides what they mean, and the end of the pipe says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    while True:
        ready = select.select([TERMINAL, SERVER], [], [])[0]
        if SERVER in ready or not pass_on():
            return


def pass_on():
    """Pass on what was typed; False when the terminal or the server has gone."""
    try:
        typed = os.read(TERMINAL, 4096)
    except OSError:
        # In the background, or the terminal has gone.
        return os.isatty(TERMINAL) and not select.select([SERVER], [], [], BACKGROUND_PAUSE)[0]
    if not typed:
        # The end of the input (Ctrl-D), which on a terminal is no end.
        return os.isatty(TERMINAL)
    try:
        os.write(1, typed)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
