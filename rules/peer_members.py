"""Decides what is told about the peers behind a flag: on which level they are, how many, who, and at which rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.vocabulary import content_hash
from rules.entities import Ints
from rules.peers import PeerRates
from rules.signals import SignalTable

SETS = ("ad_group", "campaign", "account")
MOST_NAMED = 20


def members_of(table: SignalTable, peers: PeerRates, at: int) -> tuple[list[str], str]:
    """Keys of the first ``MOST_NAMED`` peers of an entity, and a hash of the keys of its whole set, itself included."""
    which = int(peers.which[at])
    if which < 0:
        return [], ""
    owner = peers.sets[which]
    named = ("peers", which, int(owner[at]))
    if named not in table.kept:
        table.kept[named] = _whole_set(table, owner, at)
    first, digest = table.kept[named]
    own = str(table.facts.entities["key"].iloc[at])
    return [key for key in first if key != own][:MOST_NAMED], digest


def _whole_set(table: SignalTable, owner: Ints, at: int) -> tuple[list[str], str]:
    """The first keys of the set that ``at`` lies in, one more than are named, and the hash of all of them."""
    shown, clicked = table.columns["impressions"], table.columns["clicks"]
    known = (shown > 0) & (clicked >= 0) & (clicked <= shown) & (owner == owner[at])
    keys = sorted(table.facts.entities["key"].iloc[np.flatnonzero(known)].tolist())
    return keys[: MOST_NAMED + 1], content_hash(keys)


def told_peers(table: SignalTable, peers: PeerRates, at: int) -> dict[str, Any]:
    """The set an entity was compared with, JSON-ready but for the numbers."""
    members, digest = members_of(table, peers, at)
    return {
        "set": SETS[int(peers.which[at])],
        "count": float(peers.count[at]),
        "ctr": float(peers.rate[at]),
        "log_error": float(peers.log_error[at]),
        "prior_shape": float(peers.shape[at]),
        "members": members,
        "members_hash": digest,
    }
