"""The title of the process in listings: `(wsgi:localhost:8000:1000)`, as a daemon process of mod_wsgi has it.

Only where the kernel shows the place of the command line in memory (Linux): its bytes are overwritten,
which needs no C code, and no library that were to be loaded at every start.
"""

# Places of arg_start and arg_end in /proc/self/stat (proc(5): 48 and 49), counted behind the name of
# the program, which may hold blanks.
_ARG_START = 45
_ARG_END = 46


def show_title(title: str) -> None:
    """Put the title in the place of the command line, as much of it as fits there."""
    if not title:
        return
    try:
        with open("/proc/self/stat", "rb", buffering=0) as file:
            fields = file.read(4096).rpartition(b")")[2].split()
        start, end = int(fields[_ARG_START]), int(fields[_ARG_END])
        with open("/proc/self/mem", "r+b", buffering=0) as memory:
            memory.seek(start)
            memory.write(fit_title(title.encode("utf-8", "surrogateescape"), end - start))
    except (OSError, ValueError, IndexError):
        pass  # another system, or one that does not allow it: a title is worth no failure


def fit_title(title: bytes, size: int) -> bytes:
    """The title as exactly size bytes: cut, or filled up, and with a NUL at the end."""
    return title[: size - 1].ljust(size, b"\0") if size > 0 else b""
