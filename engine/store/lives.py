"""Decides what can be asked about the recommendations of one account: which stand how, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.money import MICROS
from engine.store import raised, steps
from engine.store.acting import Acting
from engine.store.audit import hold, record_act
from engine.store.bulk import parts
from engine.store.raised import Keeping, Raised
from engine.store.records import Stored
from engine.store.steps import StepTaken, WantedStep
from engine.store.tables.life import ActionStep, Episode
from engine.store.tables.records import Recommendation
from engine.store.types import day_to_int, int_to_day

_KIND = "recommendation"


@dataclass(frozen=True, slots=True)
class Life:
    """A recommendation as it stands: its document, its steps, and the last day on which it was said."""

    stored: Stored
    rule: str
    entity: str
    action: str
    platform: str
    level: str
    state: str
    first_end: date
    seen_on: date
    stake: float
    needs_approval: bool
    undoes: str
    steps: tuple[StepTaken, ...]

    @property
    def id(self) -> str:
        """Its id."""
        return self.stored.id


@dataclass(frozen=True, slots=True)
class Pile:
    """Recommendations that stand the same: how many, and their money at stake together, in units of currency."""

    state: str
    platform: str
    needs_approval: bool
    count: int
    stake: float


@dataclass(frozen=True, slots=True)
class Done:
    """A step of a recommendation with what it was about."""

    rule: str
    entity: str
    action: str
    taken: StepTaken


class AccountRecommendations:
    """The recommendations of one account and their lives."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def keep(self, said: Sequence[Raised], seen_on: date) -> Keeping:
        """Keeps what a night says, ends what it says no more; the same night again changes nothing."""
        with self._acting.write() as session:
            return raised.keep(session, said, seen_on, self._acting.actor)

    def propose_undo(self, undo: Raised, seen_on: date) -> Life:
        """Keeps the way back of a recommendation that was applied; the same one again gives the one there is."""
        with self._acting.write() as session:
            hold(session)
            episode, _ = steps.find(session, undo.undoes)
            if not session.execute(select(Episode.pk).where(Episode.id == undo.id)).all():
                raised.add(session, [undo], seen_on, self._acting.actor)
                record_act(session, self._acting.actor, f"{_KIND}.undo_proposed", f"{_KIND}:{episode.id}")
            return _lives(session, [undo.id])[0]

    def take(self, name: str, *wanted: WantedStep) -> Life:
        """Takes steps of a recommendation, all or none.

        Raises NotFoundError, AccessError where only a person may, ConflictError where a step cannot follow.
        """
        with self._acting.write() as session:
            return _lives(session, [steps.take(session, name, wanted, self._acting.actor)])[0]

    def read(self, name: str) -> Life:
        """The recommendation with this id or short id. NotFoundError where this account has none."""
        with self._acting.read() as session:
            return _lives(session, [steps.find(session, name)[0].id])[0]

    def list(
        self, limit: int = 50, after: str | None = None, state: str | None = None, platform: str | None = None
    ) -> list[Life]:
        """Recommendations, newest first and of one night the most money first; ``after`` is the last one seen."""
        with self._acting.read() as session:
            statement = select(Episode.id).order_by(Episode.pk.desc()).limit(limit)
            if after is not None:
                statement = statement.where(Episode.pk < steps.find(session, after)[0].pk)
            if state is not None:
                statement = statement.where(Episode.state == state)
            if platform is not None:
                statement = statement.where(Episode.platform == platform)
            return _lives(session, list(session.execute(statement).scalars()))

    def standing(self, *states: str, platform: str | None = None) -> Sequence[Life]:
        """Every recommendation in one of these states, in the order of their ids."""
        with self._acting.read() as session:
            statement = select(Episode.id).where(Episode.state.in_(states)).order_by(Episode.id)
            if platform is not None:
                statement = statement.where(Episode.platform == platform)
            return _lives(session, list(session.execute(statement).scalars()))

    def piles(self, *states: str) -> Sequence[Pile]:
        """How many recommendations stand in these states and what is at stake, without reading any of them."""
        kept = (Episode.state, Episode.platform, Episode.needs_approval)
        statement = (
            select(*kept, func.count(), func.sum(Episode.stake))
            .where(Episode.state.in_(states))
            .group_by(*kept)
            .order_by(*kept)
        )
        with self._acting.read() as session:
            return [
                Pile(state, platform, needs_approval, count, int(stake) / MICROS)
                for state, platform, needs_approval, count, stake in session.execute(statement)
            ]

    def by_stake(self, limit: int, *states: str, needs_approval: bool | None = None) -> Sequence[Life]:
        """At most ``limit`` recommendations in these states, the most money first."""
        statement = select(Episode.id).where(Episode.state.in_(states))
        if needs_approval is not None:
            statement = statement.where(Episode.needs_approval == needs_approval)
        with self._acting.read() as session:
            ordered = statement.order_by(Episode.stake.desc(), Episode.id).limit(limit)
            return _lives(session, list(session.execute(ordered).scalars()))

    def since(self, known_on: date) -> Mapping[tuple[str, str, str], date]:
        """The first window end of what is still being said, by rule, entity and action, as of a day."""
        with self._acting.read() as session:
            return raised.since(session, known_on)

    def done(self, step: str, known_on: date) -> Sequence[Done]:
        """Every step of a name taken until a day, with what it was about."""
        with self._acting.read() as session:
            statement = (
                select(ActionStep.recommendation_id, Episode.rule, Episode.entity, Episode.action)
                .join(Episode, Episode.id == ActionStep.recommendation_id)
                .where(ActionStep.step == step, ActionStep.on_day <= day_to_int(known_on))
                .order_by(ActionStep.pk)
            )
            about = {row[0]: row[1:] for row in session.execute(statement)}
            taken = [one for one in steps.steps(session, list(about)) if one.step == step]
            return [Done(*about[one.recommendation_id], one) for one in taken]


def _lives(session: Session, ids: Sequence[str]) -> list[Life]:
    """Lives in the order of ``ids``."""
    taken: dict[str, list[StepTaken]] = {}
    for one in steps.steps(session, ids):
        taken.setdefault(one.recommendation_id, []).append(one)
    found = {
        episode.id: _life(episode, record, taken.get(episode.id, ()))
        for part in parts(ids)
        for episode, record in session.execute(
            select(Episode, Recommendation)
            .join(Recommendation, Recommendation.id == Episode.id)
            .where(Episode.id.in_(part))
        )
    }
    return [found[identity] for identity in ids]


def _life(episode: Episode, record: Recommendation, taken: Sequence[StepTaken]) -> Life:
    return Life(
        stored=Stored(record.id, record.short_id, _KIND, record.created_at, record.actor, record.document),
        rule=episode.rule,
        entity=episode.entity,
        action=episode.action,
        platform=episode.platform,
        level=episode.level,
        state=episode.state,
        first_end=int_to_day(episode.first_end),
        seen_on=int_to_day(episode.seen_on),
        stake=episode.stake / MICROS,
        needs_approval=episode.needs_approval,
        undoes=episode.undoes,
        steps=tuple(taken),
    )
