"""Decides how letters become numbers: every n-gram is a 32-bit hash, with and without its product category."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

SIZES = (1, 2, 3, 4)
WINDOW = 30  # letters: about two clauses
_PRIME = np.uint64(0x100000001B3)
_START = 0xCBF29CE484222325
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_HALF = np.uint64(32)


def hashed(letters: str, product: str) -> Iterator[tuple[int, Any]]:
    """(n, hashes as uint32, one for each start) of every size, first of the n-gram itself, then of it in its category.

    FNV-1a over code points; the same on every machine.
    """
    points = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    for seed in (_START, _START ^ zlib.crc32(product.encode())):
        for size in SIZES:
            count = max(0, len(points) - size + 1)
            value = np.full(count, seed ^ size, dtype=np.uint64)
            for step in range(size):
                value = (value ^ points[step : step + count]) * _PRIME
            yield size, (((value ^ (value >> _HALF)) * _MIX) >> _HALF).astype(np.uint32)


def windows(length: int, stride: int) -> range:
    """Where the windows of a text of so many letters begin; a shorter text is one window."""
    return range(0, max(1, length - WINDOW + 1), stride)
