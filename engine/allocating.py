"""Decides two things about memory while very much is made and let go: what the interpreter searches, what goes back."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow


@contextmanager
def no_cycle_search() -> Iterator[None]:
    """Rests the collector of cycles while plain values are made; what falls out of use is given back all the same."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def give_back() -> None:
    """Hands memory that fell free back to the system: Arrow's, and what the C library keeps otherwise (glibc)."""
    pyarrow.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
