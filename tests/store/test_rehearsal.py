"""What is rehearsed reads as if it were kept, and nothing of it is; a part that fails takes only itself back."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import InputError
from engine.store.account import AccountStore
from tests.store.readings import reading, row

DAY = date(2025, 2, 1)
FILE = (row("A", "2025-01-01", 1), row("B", "2025-01-02", 2))


def test_a_rehearsed_import_gives_the_snapshot_of_the_real_one_and_leaves_nothing(account: AccountStore) -> None:
    account.record_import(reading(row("A", "2025-01-01", 5)), date(2025, 1, 15))
    before, head = account.snapshot(DAY), account.audit.head()
    with account.rehearsal() as trial:
        assert trial.record_import(reading(*FILE), DAY).status == "imported"
        assert trial.record_import(reading(*FILE), DAY).status == "already_imported"
        tried = trial.snapshot(DAY)
        assert len(trial.imports()) == 2 and trial.put("night", {"n": 1}).short_id
    assert (account.snapshot(DAY).hash, account.audit.head(), len(account.imports())) == (before.hash, head, 1)
    assert account.list("night") == []
    account.record_import(reading(*FILE), DAY)
    real = account.snapshot(DAY)
    assert (real.hash, real.currency) == (tried.hash, tried.currency)
    assert real.hash != before.hash


def test_a_part_that_fails_takes_back_itself_and_nothing_else(account: AccountStore) -> None:
    before = account.audit.head().seq
    with account.rehearsal() as trial:
        kept = trial.put("night", {"n": 1})
        with pytest.raises(InputError):
            trial.put("night", {"n": float("nan")})
        following = trial.put("night", {"n": 2})
        assert [one.id for one in trial.list("night")] == [following.id, kept.id]
        assert trial.audit.verify().broken is None
        assert trial.audit.head().seq == before + 2


def test_a_rehearsal_that_fails_leaves_nothing_either(account: AccountStore) -> None:
    head = account.audit.head()
    with pytest.raises(RuntimeError), account.rehearsal() as trial:
        trial.put("night", {"n": 1})
        raise RuntimeError
    assert (account.list("night"), account.audit.head()) == ([], head)
    assert account.put("night", {"n": 1}).short_id
