"""Decides which told state belongs to which entity of the facts: by id where both have one, else by its names.

A state tells what an export of performance cannot: paused or active, in its learning phase, bid, daily budget, and
when it was last changed. One told for a campaign or an ad group holds for everything below it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.vocabulary import content_hash, text_hash
from rules.entities import NAMED, Bools, Ints, LevelFacts

# Columns of a table of states; all but the first three may be left out or missing. Money in units of currency.
COLUMNS = (
    "platform", "level", "id", "account_id", "name", "campaign_name", "ad_group_name", "status", "learning", "review",
    "review_reason", "daily_budget", "bid", "changed_on",
)  # fmt: skip
VALUES = ("status", "bid", "daily_budget")
Told = Mapping[str, str | None]
_SEP = "\x1f"


def aligned(facts: LevelFacts, states: pd.DataFrame | None, level: str | None = None) -> pd.DataFrame | None:
    """The state of every entity of ``facts``, or of what it lies in on ``level``; a row of nothing where none is told.

    None where no state of that level is told at all.
    """
    wanted = level or facts.level
    if states is None or states.empty or wanted not in NAMED:
        return None
    own = states.loc[states["level"] == wanted]
    if own.empty:
        return None
    own = own.reindex(columns=[*dict.fromkeys([*COLUMNS, *own.columns])])
    place = np.full(len(facts.entities), -1, dtype=np.int64)
    told, asked = _keys(own, wanted, told=True), _keys(facts.entities, wanted, told=False)
    for theirs, mine in zip(told, asked, strict=True):
        found = _lookup(theirs, mine)
        place = np.where(place < 0, found, place)
    out = own.astype(object).iloc[np.where(place < 0, 0, place)].reset_index(drop=True)
    return out.where(pd.Series(place >= 0), None)


def _keys(table: pd.DataFrame, level: str, *, told: bool) -> Sequence[NDArray[np.object_]]:
    """Three names of every row, the surest first; "" where it has none of that kind."""
    texts = {name: _text(table, name) for name in ("platform", "account_id", "campaign_name", "ad_group_name")}
    own_id = _text(table, "id" if told else f"{level}_id")
    own_name = _text(table, "name" if told else f"{level}_name")
    path = [texts[f"{above}_name"] for above in NAMED[: NAMED.index(level)]]
    names = _joined([texts["platform"], *path, own_name])
    within = _joined([texts["account_id"], names])
    by_id = np.where(own_id == "", "", _joined([texts["platform"], own_id]))
    anonymous = own_name == ""
    has_account = texts["account_id"] != ""
    with_account = np.where(anonymous | ~has_account, "", within)
    # A state that names its account fits no entity of another one.
    without = np.where(anonymous | (has_account if told else False), "", names)
    return by_id, with_account, without


def _text(table: pd.DataFrame, name: str) -> NDArray[np.object_]:
    if name not in table.columns:
        return np.full(len(table), "", dtype=object)
    column = table[name].astype(object)
    return column.where(column.notna(), "").astype("str").to_numpy(dtype=object)


def _joined(parts: Sequence[NDArray[np.object_]]) -> NDArray[np.object_]:
    out = parts[0]
    for part in parts[1:]:
        out = out + _SEP + part
    return out


def _lookup(told: NDArray[np.object_], asked: NDArray[np.object_]) -> NDArray[np.int64]:
    """Where each asked key stands among those told; -1 for none, and for a name that several have: it may be either."""
    index = pd.Index(told)
    once = np.flatnonzero(~index.duplicated(keep=False) & (told != ""))
    found = pd.Index(told[once]).get_indexer(pd.Index(asked))
    return np.where(found < 0, -1, once[found] if len(once) else -1).astype(np.int64)


def stopped_above(facts: LevelFacts, states: pd.DataFrame | None) -> Bools:
    """Per entity: is the campaign or the ad group it lies in told to be anything but active?"""
    out = np.zeros(len(facts.entities), dtype=bool)
    above = NAMED[: NAMED.index(facts.level)] if facts.level in NAMED else ("campaign",)
    for level in above if facts.level != "account" else ():
        rows = aligned(facts, states, level)
        if rows is not None:
            out |= (rows["status"].notna() & (rows["status"] != "active")).to_numpy(dtype=bool)
    return out


def values_of(rows: pd.DataFrame | None, at: Ints) -> list[Told | None]:
    """Status, bid and daily budget of the entities ``at`` as text; None where nothing is told of one."""
    if rows is None:
        return [None] * len(at)
    told = rows[["platform", *VALUES]].iloc[at]
    known = told.notna().to_numpy()
    return [
        {name: _plain(value) if has else None for name, value, has in zip(VALUES, own, there, strict=True)}
        if named
        else None
        for (named, *there), own in zip(known.tolist(), told[list(VALUES)].itertuples(index=False), strict=True)
    ]


# Cells that say where an ad leads, not what it shows.
_NO_CREATIVE = frozenset({"Final URL", "Path 1", "Path 2", "Ad type"})


def creative_at(rows: pd.DataFrame | None, at: int, account_key: str, name: str) -> str:
    """Names the creative of one entity, the same for all its ads of one account; "" where nobody can tell.

    Its id where one is told (``creative_id``), else the texts told of it (``traits``), else its name in the facts.
    """
    own: str | dict[str, Any] = name
    if rows is not None:
        known: Any = rows["creative_id"].iat[at] if "creative_id" in rows.columns else None
        shown: Any = rows["traits"].iat[at] if "traits" in rows.columns else None
        if isinstance(shown, Mapping) and shown:
            own = {header: cell for header, cell in shown.items() if cell and header not in _NO_CREATIVE} or own
        if isinstance(known, str) and known:
            own = known
    if isinstance(own, str):
        return text_hash(account_key, own) if own else ""
    return content_hash([account_key, own])


def _plain(value: object) -> str:
    """A number as people write it: 1000, not 1000.0."""
    return f"{Decimal(str(value)).normalize():f}" if isinstance(value, int | float) else str(value)
