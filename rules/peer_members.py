"""Decides what is told about the peers behind a flag: on which level they are, how many, who, and at which rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.vocabulary import text_hash
from rules.entities import Ints
from rules.peers import PeerRates
from rules.plain import plain_all
from rules.signals import SignalTable

SETS = ("ad_group", "campaign", "account")
MOST_NAMED = 20


class _Sets:
    """Whom the entities of a table may be compared with, for one of ``PeerRates.sets``: each set looked up once."""

    def __init__(self, table: SignalTable, owner: Ints) -> None:
        shown, clicked = table.columns["impressions"], table.columns["clicks"]
        known = np.flatnonzero((shown > 0) & (clicked >= 0) & (clicked <= shown))
        self._owner, self._keys = owner, table.facts.entities["key"].to_numpy(dtype=object)
        self._members = known[np.argsort(owner[known], kind="stable")]
        self._sorted = owner[self._members]
        self._met: dict[int, tuple[list[str], str]] = {}

    def of(self, at: int) -> tuple[list[str], str]:
        """The first keys of the set that ``at`` lies in, one more than are named, and the hash of all of them."""
        number = int(self._owner[at])
        if number not in self._met:
            first, last = np.searchsorted(self._sorted, (number, number + 1))
            keys = sorted(self._keys[self._members[first:last]].tolist())
            self._met[number] = keys[: MOST_NAMED + 1], text_hash(*keys)
        return self._met[number]


class Peers:
    """The sets that some entities of a table were compared with, counted from 0."""

    def __init__(self, table: SignalTable, peers: PeerRates, at: Ints) -> None:
        numbers = (peers.count, peers.rate, peers.log_error, peers.shape)
        self._numbers = [plain_all(values[at]) for values in numbers]
        self._which: list[int] = peers.which[at].tolist()
        self._keys: list[str] = table.facts.entities["key"].array.take(at).tolist()
        self._members = [
            _sets(table, which, peers.sets[which]).of(number) if which >= 0 else ([], "")
            for number, which in zip(at.tolist(), self._which, strict=True)
        ]

    def told(self, number: int) -> dict[str, Any]:
        """The set one entity was compared with, JSON-ready: the keys of the first ``MOST_NAMED`` of it."""
        named, digest = self._members[number]
        own = self._keys[number]
        count, rate, log_error, shape = (values[number] for values in self._numbers)
        return {
            "set": SETS[self._which[number]],
            "count": count,
            "ctr": rate,
            "log_error": log_error,
            "prior_shape": shape,
            "members": [key for key in named if key != own][:MOST_NAMED],
            "members_hash": digest,
        }


def _sets(table: SignalTable, which: int, owner: Ints) -> _Sets:
    if ("peers", which) not in table.kept:
        table.kept["peers", which] = _Sets(table, owner)
    found: _Sets = table.kept["peers", which]
    return found
