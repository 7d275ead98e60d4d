"""Fills the holes that imports have left in the memory of Python's small objects.

In a process that was forked, a small object that goes into a hole among those of the template costs an own copy of the whole
page. Where no hole is left, small objects lie side by side on pages of their own.
"""

import sys

if False:
    from typing import Any, List

# Objects/obmalloc.c: memory is given out in pools of blocks of one size, a multiple of 16, up to 512 bytes.
_POOL = 0x4000 if sys.version_info >= (3, 10) else 0x1000
_POOL_HEADER = 48
_ALIGNMENT = 16
_LARGEST = 512

# What a pool that was empty may lack, since this module itself takes and gives back blocks: numbers, and lists that grow.
_TOLERANCE = 2
_TOLERANCE_OF_NUMBERS = 8

_EMPTY_BYTES = sys.getsizeof(b"")
_FLOAT = 32  # what a float takes: there are no bytes of that size

# Bytes of one size after which this is no memory of pools: another allocator is there (PYTHONMALLOC, Python without the lock).
_MOST = 4 << 20


def fill_pools() -> "List[Any]":
    """Objects to keep: they are in the holes."""
    kept: "List[Any]" = []
    for size in range(_FLOAT, _LARGEST + 1, _ALIGNMENT):
        if not _fill_pools_of(size, kept):
            return []
    return kept


def _fill_pools_of(size: int, kept: "List[Any]") -> bool:
    """Until a whole pool was empty, which is given back. False: there was none."""
    lacking = _TOLERANCE_OF_NUMBERS if size == _FLOAT else _TOLERANCE
    enough = (_POOL - _POOL_HEADER) // size - lacking
    pool, blocks = -1, []  # type: int, List[Any]
    for number in range(_MOST // size):
        block = number / 2 if size == _FLOAT else bytes(size - _EMPTY_BYTES)
        if id(block) & -_POOL != pool:
            kept += blocks
            pool, blocks = id(block) & -_POOL, []
        blocks.append(block)
        if len(blocks) >= enough:
            return True
    return False
