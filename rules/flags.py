"""Decides which entities one rule flags, and for which it cannot say: conditions, then guards, then evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rules.entities import Bools, Floats
from rules.evidence import false_discovery_set
from rules.evidence_form import SURE
from rules.methods import METHODS
from rules.methods.proof import Proof
from rules.pack import MINIMUMS, Guards, RulePack
from rules.signals import SignalTable


@dataclass(frozen=True, slots=True)
class Flags:
    """One rule on one level: flagged entities, those without an answer (and why), and how sure each flag is."""

    flagged: Bools
    unknown: Bools  # a number its conditions need is missing
    thin: Bools  # conditions met, but the guards' minimum of data is not
    unproven: Bools  # conditions and guards met, evidence not strong enough yet
    judged: int
    sure: Floats
    rank: Floats
    false_rate: Floats
    certain: Bools  # flagged, and sure enough to be acted on without a person where the account's policy allows it
    proof: Proof
    counted: SignalTable  # what the evidence was counted on: the window, or the days since a fixed origin

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
    if scope.exclude_ids:
        ids = entities[["campaign_id", "ad_group_id", "ad_id"]]
        keep &= ~ids.isin(scope.exclude_ids).any(axis=1).to_numpy()
    if scope.name_contains or scope.name_not_contains:
        names = entities["campaign_name"] + "\n" + entities["ad_group_name"] + "\n" + entities["ad_name"]
        if scope.name_contains:
            keep &= _holding(names, scope.name_contains)
        if scope.name_not_contains:
            keep &= ~_holding(names, scope.name_not_contains)
    return keep


def _holding(names: pd.Series, texts: Sequence[str]) -> Bools:
    """Which names hold at least one of ``texts``."""
    out: Bools = np.logical_or.reduce([names.str.contains(one, regex=False).to_numpy(dtype=bool) for one in texts])
    return out


def least_of(guards: Guards) -> list[tuple[float, str]]:
    """The least numbers of the window that a rule asks for, with the metric of each."""
    asked = [(getattr(guards, name), metric) for name, metric in MINIMUMS.items()]
    return [(least, metric) for least, metric in asked if least > 0]


def _proof(pack: RulePack, table: SignalTable) -> Proof:
    """What the method of the rule says about the table, computed once for all rules that ask the same."""
    asked = pack.evidence
    key = (asked.method, asked.ratio, asked.tail, asked.against)
    if key not in table.kept:
        table.kept[key] = METHODS[asked.method].prove(asked, table)
    proof: Proof = table.kept[key]
    return proof


def least_e_value(pack: RulePack) -> float:
    """The e-value that a flag of this rule needs."""
    asked = pack.evidence.e_value
    return METHODS[pack.evidence.method].e_value if asked is None else asked


def flags(pack: RulePack, table: SignalTable, active: Bools, counted: SignalTable | None = None) -> Flags:
    """What one rule says about every entity of one level.

    ``counted`` is the table its evidence is taken from (``rules.looking.counted_table``), with the entities of
    ``table``; without it the window itself. A flag needs the conditions in the window, the least probability and
    e-value in ``counted``, and a place in the list of this night whose expected share of false flags is ``fdr``.
    ``learning`` and ``tracking_break`` do not silence a flag here: protection answers them where the reader sees it.
    """
    met, unknown = table.conditions.masks(pack.when)
    scope = in_scope(pack, table.facts.entities)
    if pack.scope.status == "active":
        scope &= active
    met, unknown = met & scope, unknown & scope
    shown = np.nan_to_num(table.columns["impressions"])
    thin = np.zeros(len(shown), dtype=bool)
    for least, name in least_of(pack.guards):
        thin |= met & (np.nan_to_num(table.columns[name]) < least)
    peers = np.nan_to_num(table.peers.count) if table.peers is not None else np.zeros(len(shown))
    thin |= met & (peers < pack.guards.min_peers)
    eligible = met & ~thin
    if "data_incomplete" in pack.guards.skip_if:
        eligible &= ~table.delivery.data_incomplete
    if "scheduled_off" in pack.guards.skip_if:
        eligible &= ~table.delivery.scheduled_off
    counted = table if counted is None else counted
    proof, asked = _proof(pack, counted), pack.evidence
    strong = eligible & (proof.false_rate <= asked.max_false_rate) & (proof.sure >= asked.sure)
    confirmed = strong & (proof.log_e >= np.log(least_e_value(pack)))
    chosen, rank = false_discovery_set(proof.sure, confirmed, asked.fdr)
    return Flags(
        flagged=chosen,
        unknown=unknown & ((shown > 0) | (np.nan_to_num(table.columns["spend"]) > 0)),
        thin=thin,
        unproven=eligible & ~chosen,
        judged=int(scope.sum()),
        sure=proof.sure,
        rank=rank,
        false_rate=proof.false_rate,
        certain=chosen & (proof.sure > SURE),
        proof=proof,
        counted=counted,
    )
