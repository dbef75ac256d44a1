"""Decides what is told of each operation."""

from __future__ import annotations

from typing import Any


def described(spec: dict[str, Any]) -> list[Any]:
    """All."""
    return []
