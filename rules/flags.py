"""Decides which entities one rule flags, and for which it cannot say: conditions, then guards, then evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rules.click_ratio import ClickRatios, click_ratios
from rules.entities import Floats
from rules.evidence import false_discovery_set, never_converts
from rules.pack import Guard, RulePack
from rules.signals import SignalTable

Bools = NDArray[np.bool_]
SILENT: tuple[Guard, ...] = ("data_incomplete", "scheduled_off")


@dataclass(frozen=True, slots=True)
class Flags:
    """One rule on one level: flagged entities, those without an answer (and why), and how sure each flag is."""

    flagged: Bools
    unknown: Bools  # a number its conditions need is missing
    thin: Bools  # conditions met, but the guards' minimum of data is not
    unproven: Bools  # conditions and guards met, evidence not strong enough yet
    skipped: Mapping[Guard, Bools]  # conditions met, but a guard says that this is not the rule's business
    judged: int
    sure: Floats
    rank: Floats
    false_rate: Floats
    ratios: ClickRatios | None

    @property
    def unanswered(self) -> Bools:
        """Entities the rule cannot answer for yet."""
        return self.unknown | self.thin | self.unproven


def in_scope(pack: RulePack, entities: pd.DataFrame) -> Bools:
    """Which entities the rule looks at."""
    scope = pack.scope
    keep = np.ones(len(entities), dtype=bool)
    if scope.platform:
        keep &= entities["platform"].isin(scope.platform).to_numpy()
    if scope.campaign_type:
        keep &= entities["campaign_type"].isin(scope.campaign_type).to_numpy()
    ids = entities[["campaign_id", "ad_group_id", "ad_id"]]
    if scope.exclude_ids:
        keep &= ~ids.isin(scope.exclude_ids).any(axis=1).to_numpy()
    names = entities["campaign_name"] + "\n" + entities["ad_group_name"] + "\n" + entities["ad_name"]
    for text in scope.name_not_contains:
        keep &= ~names.str.contains(text, regex=False).to_numpy(dtype=bool)
    if scope.name_contains:
        found = [names.str.contains(text, regex=False).to_numpy(dtype=bool) for text in scope.name_contains]
        keep &= np.logical_or.reduce(found)
    return keep


def _sureness(pack: RulePack, table: SignalTable) -> tuple[Floats, Floats, ClickRatios | None]:
    """P(the flag is true), the chance of these numbers if it is not, and the click ratios where they decide."""
    columns, size = table.columns, len(table.facts.entities)
    platform = pd.factorize(table.facts.entities["platform"], sort=True)[0].astype(np.int64)
    if pack.evidence.method == "poisson_zero" and table.expected is not None:
        due = table.expected
        sure = np.full(size, np.nan)
        for number in np.unique(platform):
            own = platform == number
            got, wanted, behind = columns["conversions"][own], due.expected[own], due.conversions_behind[own]
            sure[own] = never_converts(got, wanted, behind)
        return sure, due.chance_of_none, None
    if pack.evidence.method == "ctr_below_peers" and table.peers is not None:
        ratios = click_ratios(columns["clicks"], columns["impressions"], table.peers, platform, pack.evidence.ratio)
        return ratios.sure, 1.0 - ratios.sure, ratios
    return np.ones(size), np.zeros(size), None


def guard_columns(table: SignalTable, learning: Bools, broken: Bools) -> dict[Guard, Bools]:
    """The yes/no facts a rule may be guarded by."""
    return {
        "learning": learning,
        "tracking_break": broken,
        "data_incomplete": table.delivery.data_incomplete,
        "scheduled_off": table.delivery.scheduled_off,
    }


def flags(pack: RulePack, table: SignalTable, active: Bools, guarded: Mapping[Guard, Bools]) -> Flags:
    """What one rule says about every entity of one level.

    ``learning`` and ``tracking_break`` do not silence a flag here: protection answers them where the reader sees it.
    """
    met, unknown = table.conditions.masks(pack.when)
    scope = in_scope(pack, table.facts.entities)
    if pack.scope.status == "active":
        scope &= active
    met, unknown = met & scope, unknown & scope
    shown = np.nan_to_num(table.columns["impressions"])
    peers = np.nan_to_num(table.peers.count) if table.peers is not None else np.zeros(len(shown))
    thin = met & ((shown < pack.guards.min_impressions) | (peers < pack.guards.min_peers))
    skipped: dict[Guard, Bools] = {
        g: met & guarded[g] for g in pack.guards.skip_if if g in ("data_incomplete", "scheduled_off")
    }
    eligible = met & ~thin
    for mask in skipped.values():
        eligible &= ~mask
    sure, false_rate, ratios = _sureness(pack, table)
    strong = eligible & (false_rate <= pack.evidence.max_false_rate)
    chosen, rank = false_discovery_set(sure, strong, pack.evidence.fdr)
    return Flags(
        flagged=chosen,
        unknown=unknown & ((shown > 0) | (np.nan_to_num(table.columns["spend"]) > 0)),
        thin=thin,
        unproven=eligible & ~chosen,
        skipped=skipped,
        judged=int(scope.sum()),
        sure=sure,
        rank=rank,
        false_rate=false_rate,
        ratios=ratios,
    )
