"""Every act stands in its account's chain with the change it names; what is tampered with shows at its place."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text, update

from engine.errors import AdcueError, ConflictError, NotFoundError
from engine.store import audit, records
from engine.store.account import AccountStore
from engine.store.audit import BrokenLink, Head, UnauditedChangeError, record_act
from engine.store.database import Database
from engine.store.store import Store
from engine.store.tables import Account, AuditEntry, HeaderMap

UNGUARDED = {
    "sqlite": [f"DROP TRIGGER audit_entry_no_{name}" for name in ("update", "delete", "replace")],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}
COLUMNS = "id, seq, action, subject, details, previous, tenant, actor, created_at"
COPIED = f"SELECT {COLUMNS} FROM audit_entry WHERE seq = 1"
REFUSED = {
    "sqlite": [
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "UPDATE OR REPLACE audit_entry SET seq = 2 WHERE seq = 1",
        f"INSERT OR REPLACE INTO audit_entry ({COLUMNS}) {COPIED}",
        f"REPLACE INTO audit_entry (pk, {COLUMNS}) SELECT 1, id, 9, {COLUMNS[9:]} FROM audit_entry WHERE seq = 1",
        f"INSERT INTO audit_entry ({COLUMNS}) {COPIED} ON CONFLICT (tenant, seq) DO UPDATE SET action = 'x'",
    ],
    "postgresql": [
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "TRUNCATE account CASCADE",
        f"INSERT INTO audit_entry ({COLUMNS}) {COPIED} ON CONFLICT (tenant, seq) DO UPDATE SET action = 'x'",
        "MERGE INTO audit_entry e USING account a ON a.tenant = e.tenant WHEN MATCHED THEN DELETE",
    ],
}


def acts(account: AccountStore, count: int) -> list[Head]:
    """The heads after each of some acts."""
    heads = []
    for number in range(count):
        account.put("proposal", {"n": number, "account": account.name})
        heads.append(account.audit.head())
    return heads


def test_the_database_refuses_to_change_or_take_away_an_entry(account: AccountStore, url: str, backend: str) -> None:
    acts(account, 2)
    before = account.audit.list()
    database = Database(url)
    for statement in REFUSED[backend]:
        with pytest.raises(ConflictError), database.raw(write=True) as connection:
            connection.execute(text(statement))
    database.close()
    assert account.audit.list() == before
    assert account.audit.verify().broken is None


def test_an_entry_says_who_did_what_and_holds_the_one_before(account: AccountStore) -> None:
    kept = account.put("proposal", {"n": 1})
    kept_act, opened = account.audit.list()
    assert (opened.seq, opened.action, opened.previous) == (1, "account.opened", "")
    assert (kept_act.seq, kept_act.actor, kept_act.action) == (2, "planner", "proposal.kept")
    assert (kept_act.subject, kept_act.previous) == (f"proposal:{kept.id}", opened.hash)
    assert account.audit.head() == Head(2, kept_act.hash)
    assert account.audit.list(before=2) == account.audit.list(action="account.opened") == [opened]
    assert account.audit.list(subject=kept_act.subject) == account.audit.list(limit=1) == [kept_act]
    account.put("proposal", {"n": 1})
    assert account.audit.head().seq == 2
    for nothing in ("", "\0", "\ud800", "proposal"):
        assert account.audit.list(action=nothing) == account.audit.list(subject=nothing) == []
        with pytest.raises(NotFoundError):
            account.page_imports(5, after=nothing)


def test_act_and_entry_are_kept_together_or_not_at_all(
    account: AccountStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = account.audit.head()

    def refuse(*_: Any, **__: Any) -> None:
        raise AdcueError("engine.store.busy")

    with monkeypatch.context() as patch:
        patch.setattr(records, "record_act", refuse)
        with pytest.raises(AdcueError):
            account.put("proposal", {"n": 1})
    database = Database(url)
    with pytest.raises(LookupError), database.write(account.tenant) as session:
        record_act(session, "planner", "something.done")
        raise LookupError
    with pytest.raises(UnauditedChangeError, match="header_map"), database.write(account.tenant) as session:
        session.add(HeaderMap(id="x", fingerprint="f", platform="p", mapping={}, tenant=account.tenant, actor="a"))
    with pytest.raises(UnauditedChangeError), database.write(account.tenant) as session:
        session.execute(update(HeaderMap).values(platform="line"))
    database.close()
    assert account.audit.head() == head
    assert account.list("proposal") == []
    assert account.mapping("f") is None


def recomputed(connection: Connection, tenant: int, seq: int) -> None:
    """Changes one entry's subject and works every hash after it out again, up to the end of the chain."""
    name = connection.execute(select(Account.id).where(Account.tenant == tenant)).scalar_one()
    before = ""
    statement = select(AuditEntry.__table__).where(AuditEntry.tenant == tenant).order_by(AuditEntry.seq)
    for row in connection.execute(statement).all():
        subject = "proposal:other" if row.seq == seq else row.subject
        link = audit._hash(name, row.seq, row.created_at, row.actor, row.action, subject, row.details, before)
        changed = {"id": link, "previous": before, "subject": subject}
        connection.execute(update(AuditEntry).where(AuditEntry.pk == row.pk).values(**changed))
        before = link
    connection.execute(update(Account).where(Account.tenant == tenant).values(audit_head=before))


def run(*statements: str) -> Callable[[Connection, int], None]:
    """A tampering written in SQL; ``:t`` is the account."""

    def tamper(connection: Connection, tenant: int) -> None:
        for statement in statements:
            connection.execute(text(statement), {"t": tenant})

    return tamper


def forged(connection: Connection, tenant: int) -> None:
    """Adds an entry whose hash is right, and leaves the account's row as it is."""
    name = connection.execute(select(Account.id).where(Account.tenant == tenant)).scalar_one()
    last = connection.execute(
        select(AuditEntry.__table__).where(AuditEntry.tenant == tenant, AuditEntry.seq == 5)
    ).one()
    link = audit._hash(name, 6, last.created_at, last.actor, "x", "", {}, last.id)
    made = {"id": link, "seq": 6, "action": "x", "subject": "", "details": {}, "previous": last.id}
    made |= {"tenant": tenant, "actor": last.actor, "created_at": last.created_at}
    connection.execute(insert(AuditEntry).values(**made))


HERE = "AND tenant = :t"
SET = f"UPDATE audit_entry SET {{}} WHERE seq = 3 {HERE}"
COPY = f"INSERT INTO audit_entry ({COLUMNS}) SELECT id, 6, {COLUMNS[9:]} FROM audit_entry WHERE seq = 3 {HERE}"
LINKED = f"UPDATE audit_entry SET previous = (SELECT audit_head FROM account WHERE tenant = :t) WHERE seq = 6 {HERE}"
CUT = f"DELETE FROM audit_entry WHERE seq = 5 {HERE}"
END = "UPDATE account SET {} WHERE tenant = :t"
TAIL = f"SELECT id FROM audit_entry WHERE seq = 4 {HERE}"


def renumbered(*moves: tuple[int, int]) -> list[str]:
    """Statements that give entries other numbers."""
    return [f"UPDATE audit_entry SET seq = {new} WHERE seq = {old} {HERE}" for old, new in moves]


TAMPERED: dict[str, tuple[Callable[[Connection, int], None], BrokenLink]] = {
    "actor": (run(SET.format("actor = 'someone'")), BrokenLink(3, "changed")),
    "action": (run(SET.format("action = 'x'")), BrokenLink(3, "changed")),
    "subject": (run(SET.format("subject = 'x'")), BrokenLink(3, "changed")),
    "details": (run(SET.format("""details = '{"rows": 1}'""")), BrokenLink(3, "changed")),
    "time": (
        run(SET.format("created_at = (SELECT created_at FROM account WHERE tenant = :t)")),
        BrokenLink(3, "changed"),
    ),
    "own hash": (run(SET.format("id = 'x'")), BrokenLink(3, "changed")),
    "hash before": (run(SET.format("previous = 'x'")), BrokenLink(3, "unlinked")),
    "first removed": (run(f"DELETE FROM audit_entry WHERE seq = 1 {HERE}"), BrokenLink(1, "missing")),
    "middle removed": (run(f"DELETE FROM audit_entry WHERE seq = 3 {HERE}"), BrokenLink(3, "missing")),
    "middle removed, closed up": (
        run(f"DELETE FROM audit_entry WHERE seq = 3 {HERE}", *renumbered((4, 3), (5, 4)), END.format("audit_seq = 4")),
        BrokenLink(3, "unlinked"),
    ),
    "tail removed": (run(CUT), BrokenLink(5, "cut")),
    "all removed": (run("DELETE FROM audit_entry WHERE tenant = :t"), BrokenLink(1, "cut")),
    "tail removed, end set back": (
        run(CUT, END.format(f"audit_seq = 4, audit_head = ({TAIL})")),
        BrokenLink(5, "cut"),
    ),
    "added": (run(COPY), BrokenLink(6, "unlinked")),
    "added, linked": (run(COPY, LINKED), BrokenLink(6, "changed")),
    "added, hash right": (forged, BrokenLink(6, "overrun")),
    "reordered": (run(*renumbered((3, 9), (4, 3), (9, 4))), BrokenLink(3, "unlinked")),
    "end's hash": (run(END.format("audit_head = 'x'")), BrokenLink(5, "unlinked")),
    "end's number": (run(END.format("audit_seq = 4")), BrokenLink(5, "overrun")),
    "worked out again": (lambda connection, tenant: recomputed(connection, tenant, 3), BrokenLink(5, "unknown_head")),
}


def test_the_first_broken_link_is_named(store: Store, url: str, backend: str) -> None:
    accounts = {name: store.account(name, "planner") for name in (*TAMPERED, "left alone")}
    told = {name: acts(account, 4)[-1] for name, account in accounts.items()}
    database = Database(url)
    with database.raw(write=True) as connection:
        for statement in UNGUARDED[backend]:
            connection.execute(text(statement))
        for name, (tamper, _) in TAMPERED.items():
            tamper(connection, accounts[name].tenant)
    database.close()
    found = {name: account.audit.verify({told[name].seq: told[name].hash}) for name, account in accounts.items()}
    expected = {name: broken for name, (_, broken) in TAMPERED.items()}
    assert {name: verdict.broken for name, verdict in found.items()} == expected | {"left alone": None}
    assert accounts["worked out again"].audit.verify().broken is None
    assert found["left alone"].account == "left alone"


def test_acts_of_many_threads_follow_each_other_without_a_gap(store: Store) -> None:
    def work(thread: int) -> list[str]:
        account = store.account("acme", f"person:{thread}")
        kept = [account.put("proposal", {"thread": thread, "n": number}).id for number in range(25)]
        store.account("other", f"person:{thread}").put("night", {"thread": thread})
        return kept

    store.account("acme", "planner")
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, range(8)))
    account = store.account("acme", "planner")
    entries = account.audit.list(limit=500)
    assert [entry.seq for entry in entries] == list(range(201, 0, -1))
    assert sorted(entry.subject for entry in entries[:-1]) == sorted(f"proposal:{one}" for kept in done for one in kept)
    for thread, kept in enumerate(done):
        mine = [entry.subject for entry in entries if entry.actor == f"person:{thread}"]
        assert mine[::-1] == [f"proposal:{one}" for one in kept]
    assert account.audit.verify().broken is None
    other = store.account("other", "planner").audit
    assert (other.verify().broken, other.head().seq) == (None, 9)
