"""Decides how many flags were false from what the withheld did afterwards, which no choice of bad weeks flatters.

A flag is raised on the weeks in which an entity looked worst. What chance withheld was left alone, so its later weeks
say, by the rule's own method and on a window that begins after the approval, whether it was bad all along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from rules.effect.cases import Case
from rules.entities import EPOCH
from rules.methods import METHODS
from rules.pack import RulePack
from rules.signals import SignalSource

RECENT_DAYS = 92  # a quarter: what was approved long before may be another thing by now


def rechecked(
    source: SignalSource, pack: RulePack, cases: Sequence[Case], said_later: Mapping[str, float]
) -> list[float]:
    """The chance, per withheld entity, that it was sound, from the rule's window as of ``source.day``.

    ``said_later`` holds that chance of entities flagged again since, whose later weeks may be those of an action. NaN
    where nothing was delivered; nothing for a rule whose method tells no chance.
    """
    window = pack.window
    if pack.evidence.method == "none":
        return []
    begin = EPOCH + timedelta(days=source.day - window.end_lag_days - window.days)
    recent = [
        one
        for one in cases
        if one.withheld and begin - timedelta(days=RECENT_DAYS) <= one.approved_on < begin and one.level in pack.level
    ]
    sound: dict[str, float] = {}
    for level in {one.level for one in recent}:
        table = source.table(level, window.days, window.end_lag_days, pack.metrics)
        sure = METHODS[pack.evidence.method].prove(pack.evidence, table).sure
        wanted = {one.entity for one in recent if one.level == level}
        keys = enumerate(table.facts.entities["key"])
        sound |= {key: 1.0 - float(sure[at]) for at, key in keys if key in wanted}
    return [value for _, value in sorted((sound | {k: said_later[k] for k in sound.keys() & said_later}).items())]
