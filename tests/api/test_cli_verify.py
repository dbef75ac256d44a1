"""``adcue proposal verify``: a kept proposal holds, and any number of it that is changed in the database is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from api.cli.app import run
from api.services.plan_request import ProposalRequest
from api.services.plan_rules import TargetRule
from api.services.proposals import make_proposal
from engine.settings import settings

REQUEST = ProposalRequest(
    Decimal(400_000), date(2026, 12, 1), date(2026, 12, 28), share_caps={"google_ads/Search": Decimal("0.5")}
)


@pytest.fixture
def kept(filled_dir, store):
    """A proposal of the sample account."""
    return make_proposal(store.account("default", "test"), REQUEST)


@pytest.fixture
def verify(capsys):
    """Runs ``adcue proposal verify``: exit code, standard output, standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        code = run(["proposal", "verify", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def change(table: str, identity: str, alter: Callable[[dict[str, Any]], object]) -> None:
    """Changes a kept document behind the product's back."""
    engine = create_engine(settings().url)
    with engine.begin() as connection:
        found = connection.execute(text(f"SELECT document FROM {table} WHERE id = :id"), {"id": identity}).scalar_one()
        document = json.loads(found)
        alter(document)
        connection.execute(
            text(f"UPDATE {table} SET document = :document WHERE id = :id"),
            {"document": json.dumps(document), "id": identity},
        )
    engine.dispose()


def test_a_proposal_holds_and_says_on_what(verify, kept, monkeypatch):
    code, out, err = verify(kept.short_id)
    assert (code, err) == (0, "")
    assert out.startswith(f"提案 {kept.short_id} 的證明成立。")
    code, out, _ = verify(kept.short_id, "--json")
    told, proof = json.loads(out), kept.document["en"]["proof"]
    assert code == 0 and told["holds"] and told["faults"] == []
    assert told["gap_proven"] == pytest.approx(kept.document["en"]["gap"], abs=1e-12)
    assert told["bound_without_solver"] == pytest.approx(proof["prices_bound"], rel=1e-9)
    assert told["curves"] == {"conversions": proof["curves_hash"]} and told["data"] == kept.document["en"]["data"]
    monkeypatch.setenv("ADCUE_LANGUAGE", "en")
    assert verify(kept.short_id)[1].startswith(f"The proof of proposal {kept.short_id} holds.")


def test_curves_are_kept_once_and_audited(store, kept):
    account = store.account("default", "test")
    make_proposal(account, ProposalRequest(Decimal(300_000), date(2026, 12, 1), date(2026, 12, 28)))
    assert len(account.list("curves")) == 1
    assert [act.action for act in account.audit.list()].count("curves.kept") == 1


def more_spend(document: dict[str, Any]) -> None:
    for language in ("zh-TW", "en"):
        first = document[language]["weeks"][0]
        first["spend"] += 1_000
        channel = next(one for one in document[language]["channels"] if one["channel"] == first["channel"])
        channel["spend"] += 1_000


def higher_cap(document: dict[str, Any]) -> None:
    document["en"]["request"]["share_caps"]["google_ads/Search"] = "0.6"


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "spend": (more_spend, "重算"),
    "one spend": (lambda d: d["en"]["channels"][0].update(spend=1), "各期合計"),
    "price": (lambda d: d["en"]["proof"]["rows"][-1].update(price=0.01), "上界"),
    "bound": (lambda d: d["en"].update(upper_bound=d["en"]["upper_bound"] * 0.99), "上界"),
    "gap": (lambda d: d["en"].update(gap=0.0), "差距"),
    "request": (higher_cap, "和當時求解的不一樣"),
    "budget": (lambda d: d["en"]["request"].update(budget="500000"), "和當時求解的不一樣"),
    "nonsense": (lambda d: d["en"]["request"].update(budget="0"), "和當時求解的不一樣"),
    "window": (lambda d: d["en"]["data"].update(end="2030-01-01"), "資料期間"),
    "results": (lambda d: d["en"].update(objective=d["en"]["objective"] + 1), "預期成效"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_proposal_does_not_hold(verify, kept, name):
    alter, told = CHANGES[name]
    change("proposal", kept.id, alter)
    code, out, err = verify(kept.short_id)
    assert (code, err) == (1, "") and "不成立" in out and told in out
    found = json.loads(verify(kept.short_id, "--json")[1])
    assert not found["holds"] and found["faults"]


def test_changed_curves_do_not_hold(verify, kept):
    def alter(document: dict[str, Any]) -> None:
        params = document["curves"][0]["curve"]["params"]
        params["a"] = [1.01 * value for value in params["a"]] if isinstance(params["a"], list) else 1.01 * params["a"]

    change("curves", kept.document["curves"]["conversions"], alter)
    code, out, _ = verify(kept.short_id)
    assert code == 1 and "曲線" in out


@pytest.mark.slow
def test_results_in_order_and_several_results_hold(verify, store, filled_dir):
    account = store.account("default", "test")
    for more in (
        {"then": ("conversions_value",), "give": Decimal("0.02")},
        {"targets": (TargetRule("clicks", Decimal(100), None),)},
        {"on_top": Decimal(50_000)},
        {"min_if_active": {"google_ads/Search": Decimal(150_000)}, "most_channels": 3},
    ):
        budget = None if "on_top" in more else Decimal(400_000)
        kept = make_proposal(account, ProposalRequest(budget, date(2026, 12, 1), date(2026, 12, 28), **more))
        code, out, _ = verify(kept.short_id, "--json")
        assert (code, json.loads(out)["faults"]) == (0, [])


def test_a_proposal_without_a_proof_is_told_so(verify, kept):
    change("proposal", kept.id, lambda d: d.pop("curves"))
    code, out, err = verify(kept.short_id)
    assert (code, out) == (2, "") and "保存證明之前" in err


def test_an_unknown_proposal_is_named(verify, kept):
    code, _, err = verify("P-abcdef")
    assert code == 2 and "P-abcdef" in err
