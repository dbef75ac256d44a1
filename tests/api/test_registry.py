"""The registry of platform accounts: taken in whole, kept by day, and told to the rules of a night."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from api.cli.app import run
from api.plan_files import read_plan
from api.services.registry import Registered, registered_on, registry_on, set_registry
from api.v1.registry import RegistryBody, entries_of
from engine.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 16)
META = Registered("meta", "77", credit_left=Decimal("1200.5"), credit_on=DAY, token_expires_on=DAY, token_alert_days=7)
LINE = Registered("line", monthly_budget=Decimal(90000))


def test_the_newest_that_began_by_a_day_holds(account):
    assert registered_on(account, DAY) == []
    set_registry(account, [META, LINE], DAY)
    set_registry(account, [META], DAY + timedelta(days=3))
    days = [registered_on(account, DAY + timedelta(days=day)) for day in (-1, 0, 2, 3)]
    assert days == [[], [LINE, META], [LINE, META], [META]]
    again = set_registry(account, [META], DAY + timedelta(days=3))
    assert again == registry_on(account, DAY + timedelta(days=9))


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([LINE, LINE], "api.registry.twice"),
        ([Registered("meta")], "api.registry.half"),
        ([Registered("meta", credit_left=Decimal(5))], "api.registry.half"),
        ([Registered("meta", credit_on=DAY, monthly_budget=Decimal(5))], "api.registry.half"),
        ([Registered("meta", token_alert_days=5, monthly_budget=Decimal(5))], "api.registry.half"),
    ],
)
def test_what_is_not_whole_is_refused_with_the_account(account, entries, code):
    with pytest.raises(InputError) as refused:
        set_registry(account, entries, DAY)
    assert refused.value.code == code
    assert entries[0].platform in refused.value.text()
    assert registry_on(account, DAY) is None


def test_a_file_is_read_as_people_write_it(tmp_path):
    path = tmp_path / "registry.yaml"
    path.write_text("accounts:\n  - {platform: meta, account_id: '300萬', credit_left: 3萬, credit_on: 2026-11-16}\n")
    body = RegistryBody.model_validate_json(json.dumps(read_plan(path), default=str))
    assert entries_of(body) == [Registered("meta", "300萬", credit_left=Decimal(30000), credit_on=DAY)]


def test_the_file_of_the_documentation_is_read():
    body = RegistryBody.model_validate_json(json.dumps(read_plan(ROOT / "docs" / "registry.yaml"), default=str))
    meta, line = entries_of(body)
    assert (meta.credit_left, meta.token_alert_days, line.monthly_budget) == (Decimal(120000), 21, Decimal(300000))


def test_a_file_is_taken_in_and_shown_on_the_command_line(data_dir, tmp_path, capsys):
    path = tmp_path / "registry.yaml"
    path.write_text("accounts: [{platform: line, monthly_budget: 9萬}]\nvalid_from: 2026-11-16\n", encoding="utf-8")
    assert run(["registry", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accounts"][0]["monthly_budget"] == 90000
    assert run(["registry"]) == 0
    assert "line" in (shown := capsys.readouterr().out) and "90,000" in shown


def test_every_fault_of_a_file_is_told_at_once(data_dir, tmp_path, capsys):
    path = tmp_path / "registry.yaml"
    path.write_text("accounts: [{platform: line, monthly_budget: -1, account_id: 77, token: secret}]\n")
    assert run(["registry", str(path)]) == 2
    told = capsys.readouterr().err
    assert all(f"accounts.0.{name}" in told for name in ("monthly_budget", "account_id", "token"))
    assert "secret" not in told
