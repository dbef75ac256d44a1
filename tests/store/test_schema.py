"""The migrations build exactly what the classes say, on both databases, once and in one piece."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, inspect, text

from engine.errors import StoreError
from engine.metrics import measured
from engine.store import migrations
from engine.store.database import Database
from engine.store.measures import MEASURES
from engine.store.store import Store
from engine.store.tables import Account, Base, Fact

TABLES = sorted(Base.metadata.tables)


def test_the_migrated_schema_is_the_declared_one(url: str) -> None:
    database = Database(url)
    with database.raw(write=False) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_indexes_and_their_conditions_are_the_declared_ones(url: str, empty_url: str) -> None:
    found = []
    for where, create in ((url, False), (empty_url, True)):
        database = Database(where)
        with database.raw(write=True) as connection:
            if create:
                Base.metadata.create_all(connection)
            catalogue = {
                "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
                "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
            }[connection.dialect.name]
            rows = connection.execute(text(catalogue)).all()
        found.append({name: re.sub(r"\s+", " ", sql) for name, sql in rows if not name.startswith("alembic")})
        database.close()
    assert found[0] == found[1]
    assert "known_to" in found[0]["uq_fact_standing"]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_whose_who_and_when(name: str) -> None:
    table = Base.metadata.tables[name]
    # A person works in several accounts; what they are in each is a membership.
    wanted = {"tenant", "actor", "created_at"} - ({"tenant"} if name == "person" else set())
    assert wanted <= set(table.columns.keys())
    assert not any(table.columns[column].nullable for column in wanted)


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"scope", "coverage", "label", "fact"}))
def test_what_people_name_has_a_content_hash(name: str) -> None:
    assert Base.metadata.tables[name].columns["id"].type.length == 64  # type: ignore[attr-defined]  # String has it


def test_an_instant_keeps_its_time_zone(url: str, store: Store) -> None:
    kept = store.account("acme", "planner").put("night", {"a": 1})
    assert kept.created_at.utcoffset() is not None
    assert store.account("acme", "planner").get("night", kept.id) == kept
    database = Database(url)
    with database.raw(write=False) as connection:
        kind = {c["name"]: c["type"] for c in inspect(connection).get_columns("night")}["created_at"]
        assert connection.dialect.name == "sqlite" or (isinstance(kind, DateTime) and kind.timezone)
    database.close()


def test_every_measured_metric_has_a_column() -> None:
    assert sorted(MEASURES) == sorted(measured())
    assert {str(Fact.__table__.columns[name].type) for name in MEASURES} == {"BIGINT"}


def test_the_newest_revision_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations._FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.newest()]


def test_upgrading_twice_and_by_two_at_once_is_upgrading_once(
    empty_url: str, open_store: Callable[[str], Store]
) -> None:
    stores = [open_store(empty_url) for _ in range(3)]
    failures: list[BaseException] = []

    def upgrade(store: Store) -> None:
        try:
            store.upgrade()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=upgrade, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    stores[0].upgrade()
    assert stores[0].account("acme", "planner").imports() == []


def test_an_upgrade_that_fails_leaves_nothing(
    empty_url: str, monkeypatch: pytest.MonkeyPatch, open_store: Callable[[str], Store]
) -> None:
    database = Database(empty_url)
    with database.raw(write=True) as connection:
        connection.execute(text("CREATE TABLE screening (in_the_way INTEGER)"))
    store = open_store(empty_url)
    with pytest.raises(StoreError):
        store.upgrade()
    with database.raw(write=False) as connection:
        assert inspect(connection).get_table_names() == ["screening"]
    database.close()


def test_a_database_of_a_newer_version_is_refused(empty_url: str, open_store: Callable[[str], Store]) -> None:
    store = open_store(empty_url)
    store.upgrade()
    database = Database(empty_url)
    with database.raw(write=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreError) as refusal:
        store.upgrade()
    assert refusal.value.code == "engine.store.newer"
    assert "9999" in refusal.value.text()


def test_the_account_table_is_keyed_by_tenant() -> None:
    assert [column.name for column in Account.__table__.primary_key] == ["tenant"]
