"""Decides which rules of its own an account has on a day: the version of each that was kept last by then.

A version is never changed. A new one ends the one before it; one without text is off, and silences the rule of its id
whoever wrote it; withdrawing ends what the account said of an id, so that the shipped rule of that id holds again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine.errors import ConflictError, InputError, NotFoundError
from engine.store.acting import Acting
from engine.store.audit import hold, record_act
from engine.store.decisions import logins_of, require_text
from engine.store.tables.base import now
from engine.store.tables.rules import RuleVersion
from engine.store.tenancy import TENANT
from engine.store.types import OPEN_DAY, day_to_int, int_to_day
from engine.vocabulary import content_hash

MOST_RULES = 200
OFF = "off"


@dataclass(frozen=True, slots=True)
class OwnRule:
    """One version of one rule; ``text`` is empty where the rule is only switched off. ``by`` is a login name."""

    id: str
    rule_id: str
    version: int
    text: str
    mode: str
    valid_from: date
    valid_to: date | None
    actor: str
    by: str
    at: datetime


class AccountRules:
    """The rules of one account's own, and which shipped ones it silenced."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def known(self, on: date) -> list[OwnRule]:
        """What the account says of each rule on a day, by rule id."""
        day = day_to_int(on)
        with self._acting.read() as session:
            return _read(session, RuleVersion.valid_from <= day, RuleVersion.valid_to > day)

    def known_one(self, rule_id: str, on: date) -> OwnRule | None:
        """What it says of one rule on a day; None where it says nothing."""
        day = day_to_int(on)
        held = RuleVersion.valid_from <= day, RuleVersion.valid_to > day
        with self._acting.read() as session:
            return next(iter(_read(session, RuleVersion.rule_id == rule_id, *held)), None)

    def written(self, rule_id: str) -> OwnRule | None:
        """The version with a text that was kept last, whether it holds or not."""
        with self._acting.read() as session:
            last = _last(session, rule_id)
            return None if last is None else _read(session, RuleVersion.pk == last.pk)[0]

    def versions(self, rule_id: str) -> list[OwnRule]:
        """Every version of one rule that was kept, the latest first."""
        with self._acting.read() as session:
            return _read(session, RuleVersion.rule_id == rule_id)[::-1]

    def keep(self, rule_id: str, version: int, text: str, mode: str, content: str, on: date) -> OwnRule:
        """Keeps a version from a day on in place of the one before; the same again changes nothing.

        ``content`` is the hash of what the text says. Raises InputError for a version that is not above the last one
        kept with other content, for a 201st rule, or for a text that cannot be kept.
        """
        require_text(text)
        with self._acting.write() as session:
            hold(session)
            standing, last = _standing(session, rule_id), _last(session, rule_id)
            if standing is not None and standing.id == content:
                return _read(session, RuleVersion.pk == standing.pk)[0]
            if last is not None and last.id != content and version <= last.version:
                raise InputError("engine.store.rule_version", rule=rule_id, version=version, least=last.version + 1)
            return self._write(session, standing, rule_id, version, text, mode, content, on)

    def switch_off(self, rule_id: str, on: date) -> OwnRule:
        """Silences a rule from a day on, whoever wrote it; switched off again, it stays as it is."""
        with self._acting.write() as session:
            hold(session)
            standing, last = _standing(session, rule_id), _last(session, rule_id)
            if standing is not None and not standing.text:
                return _read(session, RuleVersion.pk == standing.pk)[0]
            content = content_hash(["rule", rule_id, OFF])
            return self._write(session, standing, rule_id, last.version if last else 0, "", OFF, content, on)

    def withdraw(self, rule_id: str, on: date) -> None:
        """Ends what the account says of a rule from a day on. NotFoundError where it says nothing of it."""
        with self._acting.write() as session:
            hold(session)
            standing = _standing(session, rule_id)
            if standing is None:
                raise NotFoundError("engine.store.no_rule", rule=rule_id[:80])
            standing.valid_to = _not_before(standing, on)
            record_act(session, self._acting.actor, "rule.withdrawn", f"rule:{rule_id}")

    def _write(
        self, session: Session, standing: RuleVersion | None, rule_id: str, version: int, text: str, mode: str,
        content: str, on: date,
    ) -> OwnRule:  # fmt: skip
        day = day_to_int(on)
        if standing is not None:
            day = standing.valid_to = _not_before(standing, on)
            session.flush()  # of two standing rows the index would refuse the second
        elif _count(session) >= MOST_RULES:
            raise InputError("engine.store.too_many_rules", most=MOST_RULES)
        row = RuleVersion(
            id=content, rule_id=rule_id, version=version, text=text, mode=mode, valid_from=day, valid_to=OPEN_DAY,
            tenant=session.info[TENANT], actor=self._acting.actor, created_at=now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        act = "rule.kept" if text else "rule.switched_off"
        record_act(session, self._acting.actor, act, f"rule:{rule_id}", version=version, content=content)
        return _read(session, RuleVersion.pk == row.pk)[0]


def _not_before(standing: RuleVersion, on: date) -> int:
    """The day a version ends: never before it began, so that of one day its last word counts."""
    if day_to_int(on) < standing.valid_from:
        began = int_to_day(standing.valid_from).isoformat()
        raise ConflictError("engine.store.rule_later", rule=standing.rule_id, start=began)
    return day_to_int(on)


def _standing(session: Session, rule_id: str) -> RuleVersion | None:
    wanted = select(RuleVersion).where(RuleVersion.rule_id == rule_id, RuleVersion.valid_to == OPEN_DAY)
    return session.execute(wanted).scalar_one_or_none()


def _last(session: Session, rule_id: str) -> RuleVersion | None:
    """The version with a text that was kept last."""
    wanted = select(RuleVersion).where(RuleVersion.rule_id == rule_id, RuleVersion.text != "")
    return session.execute(wanted.order_by(RuleVersion.pk.desc()).limit(1)).scalar_one_or_none()


def _count(session: Session) -> int:
    standing = select(func.count()).select_from(RuleVersion).where(RuleVersion.valid_to == OPEN_DAY)
    return int(session.execute(standing).scalar_one())


def _read(session: Session, *wanted: ColumnElement[bool]) -> list[OwnRule]:
    rows: Sequence[RuleVersion] = (
        session.execute(select(RuleVersion).where(*wanted).order_by(RuleVersion.rule_id, RuleVersion.pk))
        .scalars()
        .all()
    )
    logins = logins_of(session, (row.actor for row in rows))
    return [
        OwnRule(
            row.id, row.rule_id, row.version, row.text, row.mode, int_to_day(row.valid_from),
            None if row.valid_to == OPEN_DAY else int_to_day(row.valid_to), row.actor,
            logins.get(row.actor, ""), row.created_at,
        )
        for row in rows
    ]  # fmt: skip
