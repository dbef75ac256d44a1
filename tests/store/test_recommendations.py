"""A recommendation is kept once, lives step by step in one order, and never loses or rewrites a step."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from engine.errors import AccessError, AdcueError, ConflictError, InputError, NotFoundError
from engine.store.account import AccountStore
from engine.store.database import Database
from engine.store.raised import MEASURED_DAYS, QUIET_DAYS, Keeping, Raised
from engine.store.steps import NEXT, STEPS, StepName, WantedStep
from engine.store.store import Store
from engine.vocabulary import content_hash
from rules.effect.cases import AFTER_DAYS, CARRIED_OUT_WITHIN
from tests.store.newcomers import joined, seen_by

DAY = date(2026, 3, 2)


def raised(name: str = "a", **more: Any) -> Raised:
    values: dict[str, Any] = {
        "id": content_hash(["test", name]),
        "rule": "spend_no_conv",
        "entity": f"meta|1|ad#{name}",
        "action": "pause",
        "platform": "meta",
        "level": "ad",
        "first_end": DAY - timedelta(days=3),
        "hold_days": 28,
        "stake": 100.5,
        "document": {"zh-TW": {"name": name}, "en": {"name": name}},
    }
    return Raised(**(values | more))


@pytest.fixture
def mei(store: Store, cheap_hashes: PasswordHasher) -> AccountStore:
    return seen_by(store, "acme", joined(store, "acme", "mei", "planner"))


def step(name: StepName, on: date = DAY, **more: Any) -> WantedStep:
    values: dict[str, Any] = {"source": "person" if name in ("approved", "rejected") else "night"}
    return WantedStep(name, on, **(values | more))


def nth(days: int) -> date:
    return DAY + timedelta(days=days)


def test_a_night_that_runs_twice_keeps_once(mei: AccountStore) -> None:
    lives, said = mei.recommendations, [raised("a"), raised("b", stake=2000)]
    assert lives.keep(said, DAY) == Keeping(new=2)
    head = mei.audit.head()
    assert lives.keep(said, DAY) == Keeping()
    assert mei.audit.head() == head
    (act,) = mei.audit.list(action="recommendations.kept")
    assert act.details == {"new": 2, "again": 0, "superseded": 0, "expired": 0}
    assert [(one.entity[-1], one.stake, one.state) for one in lives.list()] == [
        ("b", 2000, "open"),
        ("a", 100.5, "open"),
    ]
    assert lives.read(lives.list()[0].stored.short_id) == lives.list()[0]


def test_what_goes_on_is_one_and_what_stops_expires(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised("a"), raised("b")], DAY)
    assert lives.keep([raised("a")], nth(1)) == Keeping(again=1)
    assert lives.keep([raised("a")], nth(QUIET_DAYS["open"])) == Keeping(again=1)
    assert lives.keep([raised("a")], nth(QUIET_DAYS["open"] + 1)) == Keeping(again=1, expired=1)
    states = {one.entity[-1]: (one.state, one.seen_on) for one in lives.list()}
    assert states == {"a": ("open", nth(8)), "b": ("expired", DAY)}
    assert list(lives.since(nth(8)).values()) == [DAY - timedelta(days=3)]


def test_an_approved_one_waits_longer_before_it_expires(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised("a")], DAY)
    lives.take(raised("a").id, step("approved", nth(2)))
    assert lives.keep([], nth(32)).expired == 0
    assert lives.keep([], nth(33)).expired == 1


def test_another_id_of_the_same_rule_and_entity_supersedes(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised("a"), raised("b")], DAY)
    lives.take(raised("b").id, step("approved"))
    later = [raised("a2", entity=raised("a").entity, action="alert"), raised("b2", entity=raised("b").entity)]
    assert lives.keep(later, nth(1)) == Keeping(new=2, superseded=1)
    one = lives.read(raised("a").id)
    assert (one.state, one.steps[0].after) == ("superseded", {"superseded_by": later[0].id})
    assert lives.read(raised("b").id).state == "approved"


def test_an_earlier_night_keeps_nothing(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised("a")], DAY)
    head = mei.audit.head()
    assert lives.keep([raised("b")], nth(-1)) == Keeping()
    assert mei.audit.head() == head
    assert [one.id for one in lives.list()] == [raised("a").id]


def test_what_was_rejected_or_withheld_is_held_for_its_days(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised(name, hold_days=5) for name in "abc"], DAY)
    lives.take(raised("a").id, step("rejected"))
    lives.take(raised("b").id, step("approved"), step("withheld"))
    lives.take(raised("c").id, step("approved"), step("applied"))
    held = {entity[-1] for _, entity, _ in lives.since(nth(4))}
    assert held == {"a", "b"}
    later = [{entity[-1] for _, entity, _ in lives.since(nth(days))} for days in (5, MEASURED_DAYS - 1, MEASURED_DAYS)]
    assert later == [{"b"}, {"b"}, set()]  # proposed and carried out meanwhile it would be compared with nothing
    assert MEASURED_DAYS == AFTER_DAYS + CARRIED_OUT_WITHIN
    assert lives.keep([raised(name, hold_days=5) for name in "ab"], nth(4)).superseded == 0
    assert {one.state for one in lives.standing("rejected", "withheld")} == {"rejected", "withheld"}


def test_a_replay_sees_what_was_said_then(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised("a"), raised("b")], DAY)
    lives.take(raised("a").id, step("approved", nth(2)), step("applied", nth(6)))
    lives.take(raised("b").id, step("rejected", nth(1)))
    seen = [{entity[-1] for _, entity, _ in lives.since(nth(days))} for days in (0, 5, 6, 28, 29)]
    assert seen == [{"a", "b"}, {"a", "b"}, {"b"}, {"b"}, set()]


def test_every_order_of_steps_but_the_drawn_one_is_refused(mei: AccountStore) -> None:
    """Random walks against the table of what can follow what; refusals leave no act and no row."""
    lives, rng = mei.recommendations, random.Random(5)
    for number in range(12):
        one = raised(f"walk {number}", needs_approval=number % 4 > 0)
        lives.keep([one], nth(number))
        state, taken = "open", []
        for _ in range(8):
            name = rng.choice(STEPS)
            may = name in NEXT.get(state, ())
            if not one.needs_approval and state == "open":
                may = name in ("rejected", "superseded", "expired", "applied")
            head = mei.audit.head()
            if name in taken:
                assert lives.take(one.id, step(name)).state == state
                assert mei.audit.head() == head
            elif may:
                assert lives.take(one.id, step(name)).state == name
                state = name
                taken.append(name)
            else:
                with pytest.raises(ConflictError) as refused:
                    lives.take(one.id, step(name))
                assert refused.value.code == "engine.store.step_order"
                assert mei.audit.head() == head
        assert [done.step for done in lives.read(one.id).steps] == taken
    assert mei.audit.verify().broken is None


def test_a_refusal_names_what_an_alert_and_a_proposal_can_become(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised("alert", action="alert", needs_approval=False), raised("pause")], DAY)
    allowed = {}
    for name in ("alert", "pause"):
        with pytest.raises(ConflictError) as refused:
            lives.take(content_hash(["test", name]), step("undone"))
        allowed[name] = refused.value.message.values["allowed"]
    assert allowed["alert"] == "applied, expired, rejected, superseded"
    assert allowed["pause"] == "approved, auto_approved, expired, rejected, superseded"


def test_steps_are_taken_all_or_none(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised("a")], DAY)
    head = mei.audit.head()
    with pytest.raises(ConflictError):
        lives.take(raised("a").id, step("approved"), step("undone"))
    assert (mei.audit.head(), lives.read(raised("a").id).steps) == (head, ())


def test_a_step_says_who_when_and_from_what_to_what(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised("a")], DAY)
    wanted = step("approved", before={"status": "active"}, after={"status": "paused"}, note="同意")
    (done,) = lives.take(raised("a").id, wanted).steps
    assert (done.by, done.actor, done.on, done.source, done.note) == ("mei", mei.actor, DAY, "person", "同意")
    assert (done.before, done.after) == ({"status": "active"}, {"status": "paused"})
    lives.take(raised("a").id, step("applied", nth(3)))
    assert lives.done("applied", nth(2)) == []
    (applied,) = lives.done("applied", nth(3))
    assert (applied.rule, applied.entity, applied.action) == ("spend_no_conv", raised("a").entity, "pause")
    with pytest.raises(InputError):
        lives.take(raised("a").id, step("undone", note="a\0b"))


def test_only_a_person_approves_or_rejects(store: Store, mei: AccountStore) -> None:
    mei.recommendations.keep([raised("a")], DAY)
    machine = store.account_of(store.keys.verify(store.keys.create("acme", "admin", "cli")[0]))
    names: tuple[StepName, ...] = ("approved", "rejected")
    for account in (machine, store.account("acme", "cli")):
        for name in names:
            with pytest.raises(AccessError) as refused:
                account.recommendations.take(raised("a").id, step(name))
            assert refused.value.code == "engine.store.needs_person"
    machine.recommendations.take(raised("a").id, step("auto_approved", source="policy"))


def test_an_undo_that_is_applied_marks_what_it_took_back(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised("a")], DAY)
    lives.take(raised("a").id, step("approved"), step("applied"))
    undo = raised("undo", action="resume", undoes=raised("a").id)
    first = lives.propose_undo(undo, nth(1))
    head = mei.audit.head()
    assert lives.propose_undo(undo, nth(2)) == first
    assert mei.audit.head() == head
    assert lives.keep([], nth(60)) == Keeping()
    lives.take(undo.id, step("approved", nth(2)), step("applied", nth(2)))
    assert lives.read(raised("a").id).state == "undone"
    assert [act.action for act in mei.audit.list(limit=2)] == ["recommendation.undone", "recommendation.applied"]


def test_another_account_has_nothing_of_it(store: Store, mei: AccountStore) -> None:
    kept, other = raised("a"), store.account("other", "cli")
    mei.recommendations.keep([kept], DAY)
    short_id = mei.recommendations.read(kept.id).stored.short_id
    for name in (kept.id, short_id, "R-000000"):
        with pytest.raises(NotFoundError):
            other.recommendations.read(name)
        with pytest.raises(NotFoundError):
            other.recommendations.take(name, step("expired"))
        with pytest.raises(NotFoundError):
            other.recommendations.list(after=name)
    assert other.recommendations.list() == other.recommendations.done("applied", DAY) == []
    assert other.recommendations.since(DAY) == {}
    assert other.recommendations.keep([kept], DAY) == Keeping(new=1)


def test_lists_are_narrowed_and_paged(mei: AccountStore) -> None:
    lives = mei.recommendations
    lives.keep([raised(str(n), stake=n, platform="line" if n % 2 else "meta") for n in range(7)], DAY)
    lives.take(raised("3").id, step("approved"))
    assert [one.stake for one in lives.list(platform="line")] == [5, 3, 1]
    assert [one.stake for one in lives.list(state="approved")] == [3]
    first = lives.list(limit=4)
    assert [one.stake for one in lives.list(after=first[-1].id)] == [2, 1, 0]


def test_short_ids_that_meet_grow(mei: AccountStore) -> None:
    same = ["ab12cd" + letters + "0" * 56 for letters in ("00", "11", "22")]
    mei.recommendations.keep([raised(one, id=one) for one in same[:1]], DAY)
    mei.recommendations.keep([raised(one, id=one) for one in same[1:]], nth(1))
    found = [one.stored.short_id for one in mei.recommendations.list()]
    assert len(set(found)) == 3 and all(one.startswith("R-ab12cd") for one in found)


def test_the_database_itself_keeps_steps_as_they_were_written(url: str, mei: AccountStore) -> None:
    mei.recommendations.keep([raised("a")], DAY)
    mei.recommendations.take(raised("a").id, step("approved"))
    database = Database(url)
    for statement in (
        "UPDATE action_step SET note = 'x'",
        "DELETE FROM action_step",
        "INSERT INTO action_step SELECT * FROM action_step",
    ):
        with pytest.raises(AdcueError), database.raw(write=True) as connection:
            connection.execute(text(statement))
    database.close()
    assert [(one.step, one.note) for one in mei.recommendations.read(raised("a").id).steps] == [("approved", "")]


def test_of_two_at_the_same_moment_one_decides(store: Store, mei: AccountStore) -> None:
    other = seen_by(store, "acme", joined(store, "acme", "bo.wang", "planner"))
    for number in range(4):
        one, barrier = raised(f"race {number}"), Barrier(2)
        mei.recommendations.keep([one], nth(number))

        def race(account: AccountStore, name: str = one.id, barrier: Barrier = barrier) -> str:
            barrier.wait()
            try:
                account.recommendations.take(name, step("approved" if account is mei else "rejected"))
            except ConflictError:
                return ""
            return account.actor

        with ThreadPoolExecutor(2) as pool:
            won = [actor for actor in pool.map(race, [mei, other]) if actor]
        (done,) = mei.recommendations.read(one.id).steps
        assert won == [done.actor]
    assert mei.audit.verify().broken is None
