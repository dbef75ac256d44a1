"""Decides how rates are counted within one process: a count a window, without the thread the library starts for it.

``limits``' own memory storage starts a timer thread about every request (170 microseconds here); this one counts.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from limits.storage import Storage

MOST_KEPT = 50_000


class ProcessStorage(Storage):
    """Counts per window, in this process; ``process://``."""

    STORAGE_SCHEME = ["process"]  # noqa: RUF012  (the library's form)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_options: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._counts: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing of its own can fail."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Counts ``amount`` more in the window that lasts ``expiry`` seconds from its first count."""
        at = time.time()
        with self._lock:
            count, ends = self._counts.get(key, (0, 0.0))
            # A window that would last longer than it can was begun before the clock went back.
            if ends <= at or ends > at + expiry:
                count, ends = 0, at + expiry
            self._counts[key] = (count + amount, ends)
            if len(self._counts) > MOST_KEPT:
                self._counts = {name: kept for name, kept in self._counts.items() if kept[1] > at}
            return count + amount

    def get(self, key: str) -> int:
        """The count of the window."""
        count, ends = self._counts.get(key, (0, 0.0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """It is there."""
        return True

    def reset(self) -> int | None:
        """Forgets everything."""
        with self._lock:
            count = len(self._counts)
            self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        """Forgets one window."""
        with self._lock:
            self._counts.pop(key, None)
