"""wsgi.file_wrapper (PEP 3333, "Optional Platform-Specific File Handling")."""

from operator import index

if False:
    from typing import Any


class FileWrapper:
    """Gives a file to the server, or iterates over it in blocks where the server gets no chance."""

    __slots__ = ("filelike", "blksize")

    def __init__(self, filelike: "Any", blksize: int = 8192) -> None:
        blksize = index(blksize)
        if blksize < 0:
            raise ValueError("blksize must not be negative")
        self.filelike = filelike
        self.blksize = blksize

    def close(self) -> None:
        """Close the file if it can be closed."""
        close = getattr(self.filelike, "close", None)
        if close is not None:
            close()

    def __iter__(self) -> "FileWrapper":
        return self

    def __next__(self) -> bytes:
        block = self.filelike.read(self.blksize)
        if not isinstance(block, bytes):
            raise TypeError(
                "file wrapper read() must return bytes, not " + type(block).__name__
            )
        if not block:
            raise StopIteration
        return block


FileWrapper.__module__ = "mod_wsgi"
