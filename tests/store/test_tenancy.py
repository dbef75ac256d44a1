"""One account never sees, changes or guesses what belongs to another, and no query runs without naming one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session, aliased

from engine.errors import InputError, NotFoundError
from engine.store.database import Database
from engine.store.store import Store
from engine.store.tables import KINDS, Entity, Fact, HeaderMap, Import
from engine.store.tables.records import Proposal
from engine.store.tenancy import EVERYONE, UnscopedQueryError
from tests.store.readings import reading, row

DAY = date(2025, 2, 1)


@pytest.fixture
def two(store: Store) -> Store:
    """Two accounts with the same campaign and the same header row."""
    for name, spend in (("acme", 1), ("other", 2)):
        account = store.account(name, f"planner of {name}")
        account.record_import(reading(row("A", "2025-01-01", spend)), DAY)
        account.remember_mapping("headers", "line", {"費用": name})
        account.put("proposal", {"account": name})
    return store


@pytest.fixture
def database(two: Store, url: str) -> Database:
    """The database below those accounts, without the guard of AccountStore."""
    return Database(url)


def test_other_account_sees_nothing(two: Store) -> None:
    mine, theirs, new = (two.account(name, "reviewer") for name in ("acme", "other", "new"))
    assert mine.snapshot().facts["spend"].tolist() == [1]
    assert theirs.snapshot().facts["spend"].tolist() == [2]
    assert [len(account.imports()) for account in (mine, theirs, new)] == [1, 1, 0]
    assert (theirs.mapping("headers"), new.mapping("headers")) == ({"費用": "other"}, None)
    assert new.snapshot().facts.empty


@pytest.mark.parametrize("kind", KINDS)
def test_ids_of_another_account_are_not_found(store: Store, kind: str) -> None:
    kept = store.account("acme", "planner").put(kind, {"secret": "plan"})
    other = store.account("other", "planner")
    for name in (kept.id, kept.short_id):
        with pytest.raises(NotFoundError) as refusal:
            other.get(kind, name)
        with pytest.raises(NotFoundError):
            other.list(kind, after=name)
        assert kept.actor not in refusal.value.text() and "plan" not in refusal.value.text("en").split()
    assert other.list(kind) == []


def test_the_same_document_in_two_accounts_is_two_documents(store: Store) -> None:
    mine, theirs = (store.account(name, name).put("proposal", {"budget": 1}) for name in ("acme", "other"))
    assert mine.id == theirs.id
    assert (mine.actor, theirs.actor) == ("acme", "other")


def test_the_same_file_in_two_accounts_is_two_imports(two: Store) -> None:
    file = reading(row("A", "2025-01-01", 1))
    assert two.account("other", "planner").record_import(file, DAY).status == "imported"


QUERIES: dict[str, Callable[[Session], object]] = {
    "entity": lambda s: [fact.spend for fact in s.execute(select(Fact)).scalars()],
    "columns": lambda s: [spend for (spend,) in s.execute(select(Fact.spend))],
    "alias": lambda s: [spend for (spend,) in s.execute(select(aliased(Fact).spend))],
    "join": lambda s: [
        spend for (spend,) in s.execute(select(Fact.spend).join(Import, Import.received_on == Fact.known_from))
    ],
    "subquery": lambda s: [spend for (spend,) in s.execute(select(select(Fact.spend).subquery().c.spend))],
    "exists": lambda s: [
        spend for (spend,) in s.execute(select(Fact.spend).where(exists().where(Entity.pk == Fact.entity_pk)))
    ],
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
@pytest.mark.parametrize(("tenant", "spend"), [(1, 1_000_000), (2, 2_000_000)])
def test_every_query_is_narrowed(
    database: Database, query: Callable[[Session], object], tenant: int, spend: int
) -> None:
    with database.read(tenant) as session:
        assert query(session) == [spend]
    database.close()


def test_get_by_number_names_the_table_and_raises(database: Database) -> None:
    with database.read(1) as session, pytest.raises(UnscopedQueryError):
        session.get(Fact, 2)
    database.close()


def test_counts_updates_and_deletes_are_narrowed(database: Database) -> None:
    with database.upkeep(1) as session:
        assert session.execute(select(func.count()).select_from(Fact)).scalar_one() == 1
        assert session.execute(update(Fact).values(spend=9)).rowcount == 1  # type: ignore[attr-defined]  # of a cursor
        assert session.execute(delete(HeaderMap)).rowcount == 1  # type: ignore[attr-defined]  # of a cursor
    with database.read(EVERYONE) as session:
        assert sorted(session.execute(select(Fact.spend)).scalars()) == [9, 2_000_000]
        assert session.execute(select(HeaderMap.tenant)).scalars().all() == [2]
    database.close()


UNSCOPED = {
    "text": text("SELECT * FROM fact"),
    "bare table": select(Fact.__table__.c.spend),
    "bare column beside a class": select(Fact.spend, Import.__table__.c.id),
    "bare subquery": select(Fact.spend).where(Fact.import_pk.in_(select(Import.__table__.c.pk))),
}


@pytest.mark.parametrize("statement", UNSCOPED.values(), ids=UNSCOPED)
def test_a_query_that_cannot_be_narrowed_raises(database: Database, statement: object) -> None:
    with database.read(1) as session, pytest.raises(UnscopedQueryError):
        session.execute(statement)  # type: ignore[call-overload]  # text and select alike
    database.close()


@pytest.mark.parametrize("statement", [select(Fact), insert(Proposal), update(Fact).values(spend=1)])
def test_a_session_without_an_account_raises(database: Database, statement: object) -> None:
    with Session(database._engine) as session, pytest.raises(UnscopedQueryError):
        session.execute(statement)  # type: ignore[call-overload]  # three kinds of statement
    database.close()


def test_a_connection_without_an_account_raises(database: Database) -> None:
    with pytest.raises(UnscopedQueryError), database._engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()


def test_a_row_of_another_account_is_not_written(database: Database) -> None:
    row_of_other = HeaderMap(id="x", fingerprint="f", platform="line", mapping={}, tenant=2, actor="planner")
    with pytest.raises(UnscopedQueryError), database.write(1) as session:
        session.add(row_of_other)
    database.close()


@pytest.mark.parametrize("name", ["", " ", "x" * 65, " acme", "a\0b", "\ud800"])
def test_an_account_needs_a_name(store: Store, name: str) -> None:
    with pytest.raises(InputError):
        store.account(name, "planner")


def test_accounts_are_listed_by_name(two: Store) -> None:
    two.account("acme", "someone else")
    assert two.accounts() == ["acme", "other"]
