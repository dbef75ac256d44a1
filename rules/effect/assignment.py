"""Decides which approved proposals are withheld, so that what an action does can be told from what happens anyway."""

from __future__ import annotations

from engine.vocabulary import text_hash

LARGEST_SHARE = 0.5
_DIGITS = 12


def is_withheld(account: str, rule: str, entity: str, episode: str, share: float) -> bool:
    """Whether this approved proposal goes to the holdout: a fixed random ``share`` of all, the same on every run.

    ``episode`` names one stretch of flags of one entity by one rule (the day or the ISO week it began), so that a
    flag that goes on stays in its arm and a later one is drawn anew. Raises ValueError for a share outside 0 to 0.5.
    """
    if not 0 <= share <= LARGEST_SHARE:
        raise ValueError(f"share: {share} is not between 0 and {LARGEST_SHARE}")
    drawn = int(text_hash(account, rule, entity, episode)[:_DIGITS], 16) / 16.0**_DIGITS
    return drawn < share
