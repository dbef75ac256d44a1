"""A document is kept once, as it was put, and found again by hash or short id."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError, NotFoundError
from engine.store import records
from engine.store.account import AccountStore
from engine.store.records import plain
from engine.store.tables import KINDS
from engine.vocabulary import content_hash


@pytest.mark.parametrize(("kind", "prefix"), [(kind, entry[0]) for kind, entry in KINDS.items()])
def test_a_document_is_found_by_either_id(account: AccountStore, kind: str, prefix: str) -> None:
    document = {"budget": 1_000_000, "頻道": ["搜尋", "社群"], "share": 0.25, "none": None, "nul": "\0", "big": 2**60}
    kept = account.put(kind, document)
    assert (kept.kind, kept.actor, kept.document, kept.id) == (kind, "planner", document, content_hash(document))
    assert kept.short_id == f"{prefix}-{kept.id[:6]}"
    for name in (kept.id, kept.id.upper(), kept.short_id, kept.short_id.lower(), f" {kept.short_id.upper()} "):
        assert account.get(kind, name) == kept


def test_the_same_content_is_kept_once(account: AccountStore) -> None:
    first = account.put("proposal", {"a": 1, "b": 2})
    assert account.put("proposal", {"b": 2, "a": 1}) == first
    assert account.list("proposal") == [first]
    assert account.put("night", {"a": 1, "b": 2}).short_id.startswith("N-")


def test_the_first_document_under_a_key_stays(account: AccountStore) -> None:
    key = {"account": "acme", "date": date(2025, 1, 1)}
    first = account.put("night", {"seconds": 3}, key)
    assert account.put("night", {"seconds": 4}, key) == first
    assert account.put("night", {"seconds": 3}, {**key, "date": date(2025, 1, 2)}).id != first.id
    assert first.id == content_hash(key)


def test_dates_and_amounts_are_kept_as_text(account: AccountStore) -> None:
    kept = account.put("cue_sheet", {"start": date(2025, 1, 1), "net": Decimal("1000.50"), 7: "seven"})
    assert kept.document == {"start": "2025-01-01", "net": "1000.50", "7": "seven"}
    assert account.get("cue_sheet", kept.id).document == kept.document


def test_a_document_without_a_number_is_refused(account: AccountStore) -> None:
    with pytest.raises(InputError) as refusal:
        account.put("proposal", {"cost": float("nan")})
    assert refusal.value.code == "engine.store.no_document_value"
    assert account.list("proposal") == []


def test_newest_first_page_by_page(account: AccountStore) -> None:
    kept = [account.put("screening", {"n": number}) for number in range(5)][::-1]
    assert account.list("screening", limit=2) == kept[:2]
    assert account.list("screening", limit=2, after=kept[1].id) == kept[2:4]
    assert account.list("screening", limit=2, after=kept[3].short_id) == kept[4:]
    assert account.list("screening", after=kept[4].id) == []


@pytest.mark.parametrize("name", ["P-000000", "0" * 64, "", "P-", "%", "N-000000", "\0", "\ud800"])
def test_what_is_not_there_is_not_found(account: AccountStore, name: str) -> None:
    kept = account.put("proposal", {"a": 1})
    with pytest.raises(NotFoundError):
        account.get("proposal", name)
    with pytest.raises(NotFoundError):
        account.get("proposal", kept.short_id.replace("P-", "N-"))


def test_an_unknown_kind_names_the_known_ones(account: AccountStore) -> None:
    with pytest.raises(InputError) as refusal:
        account.list("invoice")
    assert "cue_sheet" in refusal.value.text()


def test_short_ids_grow_until_they_differ(account: AccountStore, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = {1: "abcdef" + "0" * 58, 2: "abcdef" + "1" * 58, 3: "abcdef11" + "2" * 56}
    monkeypatch.setattr(records, "content_hash", lambda document: hashes[document["n"]])
    kept = [account.put("proposal", {"n": number}) for number in (1, 2, 3)]
    assert [stored.short_id for stored in kept] == ["P-abcdef", "P-abcdef11", "P-abcdef1122"]
    assert [account.get("proposal", stored.short_id).document["n"] for stored in kept] == [1, 2, 3]


@given(
    st.dictionaries(
        st.text(max_size=3),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda children: st.lists(children, max_size=3),
            max_leaves=4,
        ),
        max_size=4,
    )
)
def test_plain_documents_stay_as_they_are(document: dict[str, object]) -> None:
    assert plain(document) == document
    assert plain(plain(document)) == plain(document)


def test_a_mapping_is_remembered_and_the_newest_counts(account: AccountStore) -> None:
    assert account.mapping("headers") is None
    for mapping in ({"費用": "spend"}, {"費用": "spend"}, {"費用": "conversions_value"}):
        account.remember_mapping("headers", "line", mapping)
        assert account.mapping("headers") == mapping
    account.remember_mapping("headers", "line", {"費用": "spend"})
    assert account.mapping("headers") == {"費用": "spend"}
    assert account.mapping("other headers") is None
