"""Every public method that writes leaves exactly its act; the others leave none, and few may write without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from engine.store.account import AccountStore
from engine.store.account_work import AccountAudit, AccountClaims, AccountLeases, AccountRuns
from engine.store.claims import Claimed, claim_id
from engine.store.keys import AccountKeys, Keys
from engine.store.leases import Held
from engine.store.lives import AccountRecommendations
from engine.store.login_sessions import LoginSessions
from engine.store.members import Members
from engine.store.nights import AccountNights
from engine.store.own_rules import AccountRules
from engine.store.people import People
from engine.store.principals import Principal
from engine.store.probes import AccountProbes, Look
from engine.store.states import AccountStates, StateRow
from engine.store.steps import WantedStep
from engine.store.store import Store
from tests.store.newcomers import PASSWORD, joined, logged_in, seen_by, who
from tests.store.readings import reading, row
from tests.store.test_recommendations import DAY, raised

pytestmark = pytest.mark.usefixtures("cheap_hashes")
OTHER = "seven slow 河馬 under a paper moon"
CLASSES = (
    AccountStore, AccountAudit, AccountClaims, AccountKeys, AccountLeases, AccountProbes, AccountRecommendations,
    AccountRules, AccountNights, AccountRuns, AccountStates, Keys, LoginSessions, Members, People, Store,
)  # fmt: skip
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Scene:
    """An account with an administrator and a planner, as the operator sees it; each method has one of its own."""

    store: Store
    account: AccountStore
    admin: str
    mei: str

    @property
    def invitation(self) -> str:
        return self.account.members.invite("planner")[0]

    @property
    def key(self) -> str:
        return self.account.keys.create("planner", "")[1].id

    @property
    def run(self) -> str:
        return self.account.runs.ask("night", {}).id

    @property
    def token(self) -> str:
        return logged_in(self.store, self.account.name, self.mei)

    @property
    def two_tokens(self) -> str:
        assert self.token
        return self.token

    @property
    def reviewer(self) -> AccountStore:
        return seen_by(self.store, self.account.name, self.admin)

    @property
    def kept(self) -> str:
        return seen_by(self.store, self.account.name, self.mei).put("proposal", {"n": 1}).id

    @property
    def raised(self) -> str:
        self.account.recommendations.keep([raised()], DAY)
        return raised().id

    @property
    def applied(self) -> str:
        steps = (WantedStep("auto_approved", DAY, "policy"), WantedStep("applied", DAY, "policy"))
        return self.account.recommendations.take(self.raised, *steps).id

    @property
    def silenced(self) -> str:
        return self.account.rules.switch_off("dear", DAY).rule_id

    @property
    def night(self) -> str:
        return self.account.nights.begin(DAY, replay=False).id

    @property
    def held(self) -> Held:
        return self.account.leases.take("x", "a/1/", MINUTE)

    @property
    def invited_twice(self) -> AccountStore:
        assert self.invitation != self.invitation
        return self.account

    @property
    def claiming(self) -> AccountStore:
        asking = Principal(self.account.tenant, self.account.name, "planner", "cli", None)
        return self.store.account_of(asking, Claimed(claim_id("cli", "k"), "body", "1"))


Act = Callable[[], object]
# What is called first makes what the method itself needs.
WRITES: dict[str, tuple[Callable[[Scene], Act], list[str]]] = {
    "AccountStore.record_import": (
        lambda s: partial(s.account.record_import, reading(row("A", "2025-01-01", 1)), date(2025, 2, 1)),
        ["import.recorded"],
    ),
    "AccountStore.remember_mapping": (
        lambda s: partial(s.account.remember_mapping, "headers", "line", {"費用": "spend"}),
        ["mapping.remembered"],
    ),
    "AccountStore.put": (lambda s: partial(s.account.put, "night", {"n": 1}), ["night.kept"]),
    "AccountStore.decide": (
        lambda s: partial(s.reviewer.decide, "proposal", s.kept, "rejected"),
        ["proposal.rejected"],
    ),
    "AccountKeys.create": (lambda s: partial(s.account.keys.create, "machine", "m"), ["key.made"]),
    "AccountKeys.revoke": (lambda s: partial(s.account.keys.revoke, s.key), ["key.revoked"]),
    "Keys.create": (lambda s: partial(s.store.keys.create, s.account.name, "admin", "cli"), ["key.made"]),
    "Keys.revoke": (lambda s: partial(s.store.keys.revoke, s.key, "cli"), ["key.revoked"]),
    "AccountRecommendations.keep": (
        lambda s: partial(s.account.recommendations.keep, [raised()], DAY),
        ["recommendations.kept"],
    ),
    "AccountRecommendations.take": (
        lambda s: partial(s.reviewer.recommendations.take, s.raised, WantedStep("rejected", DAY, "person")),
        ["recommendation.rejected"],
    ),
    "AccountRecommendations.propose_undo": (
        lambda s: partial(s.account.recommendations.propose_undo, raised("undo", undoes=s.applied), DAY),
        ["recommendation.undo_proposed"],
    ),
    "AccountStates.mark": (
        lambda s: partial(s.account.states.mark, [StateRow("meta", "ad", "A", "paused")], DAY, "person"),
        ["states.marked"],
    ),
    "AccountProbes.keep": (
        lambda s: partial(
            s.account.probes.keep,
            [Look("https://a.example/", datetime(2026, 3, 1, tzinfo=UTC), False, 500, "http_error")],
        ),
        ["pages.probed"],
    ),
    "AccountRules.keep": (
        lambda s: partial(s.account.rules.keep, "dear", 1, "id: dear", "propose", "0" * 64, DAY),
        ["rule.kept"],
    ),
    "AccountRules.switch_off": (lambda s: partial(s.account.rules.switch_off, "dear", DAY), ["rule.switched_off"]),
    "AccountRules.withdraw": (lambda s: partial(s.account.rules.withdraw, s.silenced, DAY), ["rule.withdrawn"]),
    "AccountRuns.ask": (lambda s: partial(s.account.runs.ask, "night", {}), ["run.asked"]),
    "AccountRuns.cancel": (lambda s: partial(s.account.runs.cancel, s.run), ["run.cancelled"]),
    "AccountRuns.begin": (lambda s: partial(s.account.runs.begin, s.run), []),
    "AccountRuns.tell": (lambda s: partial(s.account.runs.tell, s.run, "x", 1, 2), []),
    "AccountRuns.end": (lambda s: partial(s.account.runs.end, s.run, "done", {}), []),
    "AccountRuns.give_back": (lambda s: partial(s.account.runs.give_back, s.run), []),
    "AccountNights.begin": (lambda s: partial(s.account.nights.begin, DAY, replay=False), []),
    "AccountNights.tell": (lambda s: partial(s.account.nights.tell, s.night, "rules"), []),
    "AccountNights.end": (lambda s: partial(s.account.nights.end, s.night, "done"), []),
    "AccountLeases.take": (lambda s: partial(s.account.leases.take, "x", "a/1/", MINUTE), []),
    "AccountLeases.renew": (lambda s: partial(s.account.leases.renew, s.held, MINUTE), []),
    "AccountLeases.release": (lambda s: partial(s.account.leases.release, s.held), []),
    "AccountClaims.answer": (lambda s: partial(s.claiming.claims.answer, 200, {}, "body"), []),
    "LoginSessions.begin": (lambda s: partial(s.store.sessions.begin, s.mei, s.account.tenant), ["session.begun"]),
    "LoginSessions.end": (lambda s: partial(s.store.sessions.end, s.token), ["session.ended"]),
    "LoginSessions.move": (
        lambda s: partial(s.store.sessions.move, who(s.store, s.token).session_id or "", s.mei, s.account.name),
        ["session.moved"],
    ),
    "LoginSessions.prove": (
        lambda s: partial(
            s.store.sessions.prove, who(s.store, s.token).session_id or "", s.account.tenant, f"person:{s.mei}"
        ),
        ["session.proved"],
    ),
    "LoginSessions.end_others": (
        lambda s: partial(s.store.sessions.end_others, s.mei, s.account.tenant, who(s.store, s.two_tokens).session_id),
        ["session.others_ended"],
    ),
    "Members.end_sessions": (lambda s: partial(s.account.members.end_sessions, s.mei), ["person.logged_out"]),
    "Members.invite": (lambda s: partial(s.account.members.invite, "planner"), ["person.invited"]),
    "Members.withdraw": (
        lambda s: partial(s.invited_twice.members.withdraw, role="planner"),
        ["invitation.withdrawn"] * 2,
    ),
    "Members.change_role": (
        lambda s: partial(s.account.members.change_role, s.mei, "reviewer"),
        ["person.role_changed"],
    ),
    "Members.remove": (lambda s: partial(s.account.members.remove, s.mei), ["person.removed"]),
    "People.accept": (
        lambda s: partial(s.store.people.accept, s.invitation, f"new.{s.account.name}", PASSWORD),
        ["person.joined"],
    ),
    "People.change_password": (
        lambda s: partial(s.store.people.change_password, s.account.tenant, s.mei, PASSWORD, OTHER),
        ["person.password_changed"],
    ),
    "People.reset": (lambda s: partial(s.store.people.reset, f"mei.{s.account.name}", "cli"), ["person.reset_offered"]),
    "Store.account": (lambda s: partial(s.store.account, s.account.name, "cli"), []),
    "Store.purge": (lambda s: s.store.purge, []),
}
READS = {
    "AccountStore": [
        "approved",
        "decisions",
        "get",
        "get_decided",
        "imports",
        "list",
        "mapping",
        "page_imports",
        "rehearsal",
        "receipts",
        "snapshot",
        "under",
    ],
    "AccountAudit": ["head", "list", "verify"],
    "AccountClaims": ["find"],
    "AccountKeys": ["list"],
    "AccountNights": ["is_replay", "latest", "list", "of"],
    "AccountRecommendations": ["by_stake", "done", "list", "piles", "read", "since", "standing"],
    "AccountProbes": ["known"],
    "AccountRules": ["known", "known_one", "versions", "written"],
    "AccountStates": ["known"],
    "AccountRuns": ["count_open", "list", "read"],
    "Keys": ["list", "verify"],
    "LoginSessions": ["accounts", "of", "read"],
    "Members": ["list"],
    "People": ["any", "invited_into", "prove", "verify"],
    "Store": [
        "account_at",
        "account_of",
        "accounts",
        "close",
        "latest_nights",
        "open_run_uploads",
        "open_runs",
        "upgrade",
    ],
}


def test_every_write_leaves_its_act_in_its_account_only(store: Store) -> None:
    bystander = store.account("bystander", "cli")
    joined(store, "bystander", "bystander", "admin")
    head, left, actors = bystander.audit.head(), {}, {}
    for number, (name, (prepare, _)) in enumerate(WRITES.items()):
        account = store.account(f"a{number}", "cli")
        people = (
            joined(store, account.name, f"{who}.{account.name}", role)
            for who, role in (("ad", "admin"), ("mei", "planner"))
        )
        act = prepare(Scene(store, account, *people))
        before = account.audit.head().seq
        act()
        acts = [entry for entry in account.audit.list() if entry.seq > before]
        left[name] = [entry.action for entry in acts]
        actors[name] = {entry.actor.partition(":")[0] for entry in acts}
        assert account.audit.verify().broken is None
    assert left == {name: actions for name, (_, actions) in WRITES.items()}
    assert set().union(*actors.values()) == {"cli", "person"}
    assert bystander.audit.head() == head


def test_opening_an_account_is_an_act_of_whoever_did(store: Store) -> None:
    account = store.account("new", "person:x")
    store.account("new", "cli")
    assert [(act.action, act.actor) for act in account.audit.list()] == [("account.opened", "person:x")]


def test_every_public_method_is_known_to_write_or_to_read() -> None:
    public = {
        f"{owner.__name__}.{name}"
        for owner in CLASSES
        for name, member in vars(owner).items()
        if callable(member) and not name.startswith("_")
    }
    reads = {f"{owner}.{name}" for owner, names in READS.items() for name in names}
    assert not reads & WRITES.keys()
    assert public == reads | WRITES.keys()
