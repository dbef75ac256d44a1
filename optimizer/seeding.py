"""Decides the seeds of what is drawn at random: one of its own per channel, the same on every run."""

from __future__ import annotations

import hashlib


def seed_of(name: str, seed: int) -> int:
    """A seed of its own per channel, so that other channels and their order change nothing."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
