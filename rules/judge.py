"""Decides what to recommend for one account on one day: the whole path from facts to decisions with reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from engine.allocating import give_back, no_cycle_search
from engine.snapshot import Snapshot
from rules.checks import Looked, data_findings, tracking_findings
from rules.entities import EPOCH
from rules.given import Given
from rules.judgement import Applied, Episode, Judgement, NoData, Recommendation, Targets
from rules.judging import RuleOnLevel, judge_rules
from rules.loading import LoadedPack, shipped_packs
from rules.protection import cooling, lately_changed, mark_eased, mark_last_active
from rules.recommending import Draft, History, candidates_of, drafts_of, recommendation_of
from rules.resolve import Resolver, make_ready, resolve
from rules.saying import Said, Telling, say
from rules.shifts import behind_plan
from rules.signals import SignalSource


@no_cycle_search()
def judge(
    snapshot: Snapshot,
    as_of: date,
    *,
    packs: Sequence[LoadedPack] | None = None,
    targets: Targets | None = None,
    states: pd.DataFrame | None = None,
    applied: Iterable[Applied] = (),
    resolver: Resolver | None = None,
    since: Mapping[Episode, date] | None = None,
    given: Given | None = None,
    look: Callable[[RuleOnLevel], None] | None = None,
) -> Judgement:
    """Findings, recommendations (most money first) and "no data" answers as of the morning of ``as_of``.

    Windows end ``end_lag_days`` before ``as_of``; nothing in ``snapshot`` later than ``as_of`` is looked at.
    ``states`` tells status and learning phase (columns platform, level, id, status, learning); without it both are
    seen from delivery. ``applied`` is what was carried out, ``since`` the first window end of the episodes that are
    open: what is said of them again keeps its id. ``given`` is what else is known; ``states`` goes before its own.
    ``look`` is shown every rule on every level of it while the numbers of all entities are there.
    Raises InferenceError when the rule engine loses a candidate.
    """
    chosen = [loaded for loaded in (packs if packs is not None else shipped_packs()) if loaded[0].mode != "off"]
    beside = given or Given()
    known = beside.states if states is None else states
    make_ready(resolver, len(snapshot.facts))
    source = SignalSource(snapshot.facts, (as_of - EPOCH).days, targets or Targets(), replace(beside, states=known))
    breaks, broken_accounts = tracking_findings(source, chosen)
    done = list(applied)
    history = replace(_history(done, chosen, since or {}, as_of), behind=behind_plan(source))
    changed = lately_changed(done, as_of)

    def _tell(one: RuleOnLevel) -> tuple[Said, Telling, Looked]:
        if look is not None:
            look(one)
        return say(one, snapshot.currency)

    told, active_ads = judge_rules(source, chosen, broken_accounts, changed, as_of, _tell)
    said, tellings = [one for one, _, _ in told], [telling for _, telling, _ in told]
    findings = (*breaks, *data_findings([looked for _, _, looked in told], as_of))
    del source, told  # what follows needs room, and none of the facts
    give_back()
    candidates = [candidate for one in said for candidate in candidates_of(one, history)]
    surety = [sure for one in said for sure in one.sure]
    active = [runs for one in said for runs in one.on.active[one.at].tolist()]
    candidates = mark_last_active(candidates, active_ads, surety, active)
    candidates = mark_eased(candidates, [cost for one in said for cost in one.costs])
    drafts: list[Draft] = []
    decisions, used, notices = resolve(
        candidates, resolver, lambda: drafts.extend(drafts_of(snapshot, said, tellings, history))
    )
    recommendations = [
        recommendation_of(snapshot, draft, candidates, decision, history)
        for draft, decision in zip(drafts, decisions, strict=True)
    ]
    missing: list[NoData] = [one for rule in said for one in rule.no_data]
    return Judgement(
        account=snapshot.account,
        as_of=as_of,
        currency=snapshot.currency,
        snapshot_hash=snapshot.hash,
        packs=tuple(ref for _, ref in chosen),
        resolver=used,
        findings=findings,
        recommendations=tuple(sorted(recommendations, key=_most_money_first)),
        no_data=tuple(sorted(missing, key=lambda one: (-one.spend, one.rule, one.entity))),
        judged=tuple(one.judged for one in said),
        notices=notices,
    )


def _history(
    applied: Sequence[Applied], packs: Sequence[LoadedPack], since: Mapping[Episode, date], as_of: date
) -> History:
    done: dict[str, list[Applied]] = defaultdict(list)
    for one in applied:
        done[one.entity].append(one)
    at_rest = cooling(applied, {pack.id: pack.cooldown_days for pack, _ in packs}, as_of)
    return History(as_of, frozenset(at_rest), done, since)


def _most_money_first(one: Recommendation) -> tuple[float, str, str]:
    return (-one.spend_at_stake, one.rule.name, one.entity)
