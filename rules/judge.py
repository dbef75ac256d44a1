"""Decides what to recommend for one account on one day: the whole path from facts to decisions with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from engine.messages import Message
from engine.snapshot import Snapshot
from engine.vocabulary import PackRef, Period, content_hash
from rules.actions import CLASS_OF
from rules.candidates import Candidate, Decision
from rules.checks import data_findings, tracking_findings
from rules.explain import evidence, plain, reason, rows_of, subject
from rules.flags import Flags, flags, guard_columns
from rules.given import Given
from rules.judgement import Applied, Judged, Judgement, NoData, Recommendation, Targets
from rules.loading import LoadedPack, shipped_packs
from rules.missing import no_answers
from rules.pack import LevelName, RulePack
from rules.protection import active_per_group, cooling, mark_last_active, states_of
from rules.resolve import Resolver, resolve
from rules.signals import SignalSource, SignalTable

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One rule on one level, with what it was judged on."""

    pack: RulePack
    ref: PackRef
    level: LevelName
    table: SignalTable
    found: Flags
    learning: np.ndarray[tuple[int], np.dtype[np.bool_]]
    broken: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def flagged_rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Number and texts of every flagged entity."""
        at = np.flatnonzero(self.found.flagged).tolist()
        return zip(at, rows_of(self.table, at), strict=True)


@dataclass(frozen=True, slots=True)
class _Flagged:
    """One entity that one rule flagged."""

    one: _Judged
    at: int
    row: dict[str, str]


def judge(
    snapshot: Snapshot,
    as_of: date,
    *,
    packs: Sequence[LoadedPack] | None = None,
    targets: Targets | None = None,
    states: pd.DataFrame | None = None,
    applied: Iterable[Applied] = (),
    resolver: Resolver | None = None,
    given: Given | None = None,
) -> Judgement:
    """Findings, recommendations (most money first) and "no data" answers as of the morning of ``as_of``.

    Windows end ``end_lag_days`` before ``as_of``; nothing in ``snapshot`` later than ``as_of`` is looked at.
    ``states`` tells status and learning phase (columns platform, level, id, status, learning); without it both are
    seen from delivery. ``given`` adds plan lines and reporting lags. Raises InferenceError when the rule engine loses
    a candidate.
    """
    chosen = [loaded for loaded in (packs if packs is not None else shipped_packs()) if loaded[0].mode != "off"]
    source = SignalSource(snapshot.facts, (as_of - EPOCH).days, targets or Targets(), _given(given, states))
    breaks, broken_accounts = tracking_findings(source, chosen)
    judged: list[_Judged] = []
    active_ads: Counter[str] = Counter()
    for pack, ref in chosen:
        for level in pack.level:
            table = source.table(level, pack.window.days, pack.window.end_lag_days, pack.metrics)
            active, learning = states_of(table.facts, source.delivery(level, source.day - 1), states)
            broken = table.facts.entities["account_key"].isin(broken_accounts).to_numpy(dtype=bool)
            found = flags(pack, table, active, guard_columns(table, learning, broken))
            judged.append(_Judged(pack, ref, level, table, found, learning, broken))
            if level == "ad" and not active_ads:
                active_ads = active_per_group(table.facts, active)
    at_rest = cooling(applied, {pack.id: pack.cooldown_days for pack, _ in chosen}, as_of)
    flagged = [_Flagged(one, at, row) for one in judged for at, row in one.flagged_rows()]
    candidates = [_candidate(flag, at_rest) for flag in flagged]
    candidates = mark_last_active(candidates, active_ads, [float(f.one.found.sure[f.at]) for f in flagged])
    decisions, used = resolve(candidates, resolver)
    recommendations = [_recommendation(snapshot, flagged[i], candidates, i, d) for i, d in enumerate(decisions)]
    missing: list[NoData] = [one for j in judged for one in no_answers(j.pack, j.table, j.found)]
    return Judgement(
        account=snapshot.account,
        as_of=as_of,
        currency=snapshot.currency,
        snapshot_hash=snapshot.hash,
        packs=tuple(ref for _, ref in chosen),
        resolver=used,
        findings=(*breaks, *data_findings([(j.pack, j.table) for j in judged], as_of)),
        recommendations=tuple(sorted(recommendations, key=_most_money_first)),
        no_data=tuple(sorted(missing, key=lambda one: (-one.spend, one.rule, one.entity))),
        judged=tuple(
            Judged(j.pack.id, j.level, j.found.judged, int(j.found.flagged.sum()), int(j.found.unanswered.sum()))
            for j in judged
        ),
    )


def _given(given: Given | None, states: pd.DataFrame | None) -> Given:
    """What is told beside the facts; states given on their own count as given."""
    told = given or Given()
    return told if told.states is not None else replace(told, states=states)


def _most_money_first(one: Recommendation) -> tuple[float, str, str]:
    return (-one.spend_at_stake, one.rule.name, one.entity)


def _candidate(flag: _Flagged, at_rest: set[tuple[str, str]]) -> Candidate:
    one, row = flag.one, flag.row
    guards = one.pack.guards.skip_if
    return Candidate(
        entity=row["key"],
        group=row["group_key"],
        campaign=row["campaign_key"],
        level=one.level,
        rule=one.pack.id,
        action=one.pack.act,
        action_class=CLASS_OF[one.pack.act],
        priority=one.pack.priority,
        learning="learning" in guards and bool(one.learning[flag.at]),
        cooldown=(one.pack.id, row["key"]) in at_rest,
        tracking_break="tracking_break" in guards and bool(one.broken[flag.at]),
    )


def _trail(one: _Judged, candidate: Candidate, decision: Decision, by: str | None) -> tuple[Message, ...]:
    flagged = Message(f"rules.trail.flagged_{candidate.action}", {"rule": one.pack.id, "version": one.pack.version})
    step = Message(f"rules.trail.{decision.because}", {"by": by or "", "days": one.pack.cooldown_days})
    return (flagged, step)


def _withheld(account: str, entity: str, rule: str, window_end: date, share: float) -> bool:
    """A fixed random share by entity, rule and ISO week, so that a re-run withholds the same ones."""
    year, week, _ = window_end.isocalendar()
    return int(content_hash([account, entity, rule, year, week])[:12], 16) < share * 16**12


def _recommendation(
    snapshot: Snapshot, flag: _Flagged, candidates: Sequence[Candidate], number: int, decision: Decision
) -> Recommendation:
    one, at = flag.one, flag.at
    who = subject(one.level, flag.row)
    candidate = candidates[number]
    end = EPOCH + timedelta(days=one.table.last_day)
    by = None if decision.beaten_by is None else candidates[decision.beaten_by]
    identity = [snapshot.account, candidate.entity, one.pack.id, one.pack.version, end, candidate.action]
    trail = _trail(one, candidate, decision, by.rule if by else None)
    return Recommendation(
        id=content_hash(identity),
        rule=one.ref,
        entity=candidate.entity,
        subject=who,
        action="alert" if decision.verdict == "downgraded" else candidate.action,
        proposed_action=candidate.action,
        decision=decision.verdict,
        because=decision.because,
        beaten_by=f"{by.rule}:{by.entity}" if by else (decision.because if decision.verdict != "kept" else None),
        trail=trail,
        spend_at_stake=float(plain(float(one.table.columns["spend"][at])) or 0),
        window=Period(EPOCH + timedelta(days=one.table.first_day), end),
        holdout=_withheld(snapshot.account, candidate.entity, one.pack.id, end, one.pack.holdout),
        reason=reason(one.pack, one.table, one.found, at, who.name, snapshot.currency),
        evidence=evidence(one.pack, one.table, one.found, at),
    )
