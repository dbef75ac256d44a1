"""The command line: exit codes, words in the language asked for, never a traceback, quick help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.cli.app import GROUPS, VERBS
from api.money_words import money

ADCUE = Path(sys.executable).with_name("adcue")


ENGLISH = ("Usage", "Options", "Arguments", "Commands", "OPTIONS", "Show this", "required", "default", "<str>", "<int>")


TYPED = [[], *([verb] for verb in VERBS), *([group] for group in GROUPS)]
TYPED += [[group, verb] for group, (_, verbs) in GROUPS.items() for verb in verbs]


@pytest.mark.parametrize("words", TYPED, ids=" ".join)
def test_every_verb_explains_itself_in_one_language(adcue, words, monkeypatch):
    code, out, err = adcue(*words, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(" ".join(["用法：adcue", *words]))
    assert "顯示這份說明" in out and not any(told in out for told in ENGLISH)
    monkeypatch.setenv("ADCUE_LANGUAGE", "en")
    out = adcue(*words, "--help")[1]
    assert out.startswith(" ".join(["Usage: adcue", *words])) and "Show this help" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["propose", "--budget", "1"], "缺少 --start"),
        (["propose", "--budgett", "1"], "沒有選項 --budgett"),
        (["fly"], "adcue --help"),
        (["propose", "--budget", "很多", "--start", "2026-12-01", "--end", "2026-12-31"], "不是金額"),
        (["propose", "--budget", "1", "--start", "2026-13-01", "--end", "2026-12-31"], "不是日期"),
        (["propose", "--budget", "1", "--start", "2026-12-01", "--end", "2026-12-31", "--min", "meta"], "名稱=值"),
        (["propose", "--budget", "1", "--start", "2026-12-01", "--end", "2026-12-31"], "沒有任何數據"),
        (["cue-sheet", "P-abcdef", "--out", "x.xlsx"], "沒有任何數據"),
        (["import", "missing.csv"], "找不到"),
        (["copy-check", "missing.jsonl"], "找不到"),
        (["copy-check", "missing.jsonl", "--out", "x.doc"], "副檔名"),
        (["key", "create", "--role", "king"], "king"),
        (["key", "revoke", "nothing"], "nothing"),
        (["person", "invite"], "缺少 --role"),
        (["person", "invite", "--role", "machine"], "machine"),
        (["person", "reset", "nobody"], "沒有這個人"),
        (["person", "list"], "沒有任何數據"),
        (["audit", "verify", "--account", "nobody"], "沒有任何數據"),
        (["audit", "list", "--limit", "0"], "--limit"),
        (["nightly", "--as-of", "soon"], "不是日期"),
        (["sample", "somewhere", "--seed", "-1"], ""),
    ],
)
def test_bad_input_ends_with_2_and_one_sentence(adcue, words, told, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, out, err = adcue(*words)
    assert code == 2
    assert told in err and err.strip()
    assert "Traceback" not in out + err
    assert not (tmp_path / "x.xlsx").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["propose", "--budget", "1", "--start", "2026-12-01", "--end", "2026-12-31"],
        ["nightly"],
        ["nightly", "--dry-run"],
        ["cue-sheet", "P-abcdef", "--out", "x.xlsx"],
        ["copy-check", "copy.csv"],
    ],
)
def test_a_misspelt_account_is_refused_and_not_made(adcue, filled_dir, store, sample, monkeypatch, words):
    monkeypatch.chdir(sample[0])
    code, out, err = adcue(*words, "--account", "defualt")
    assert (code, out) == (2, "")
    assert "defualt" in err and "現有帳戶：default" in err
    assert store.accounts() == ["default"]


def test_an_import_makes_its_account_and_a_dry_run_does_not(adcue, store, sample):
    words = ["import", sample[1].exports[0], "--received", "2026-11-16", "--account", "new"]
    assert adcue(*words, "--dry-run")[0] == 0 and store.accounts() == []
    assert adcue(*words)[0] == 0 and store.accounts() == ["new"]
    assert adcue(*words, "--dry-run")[0] == 0


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [("44200", None, "44,200"), ("44200.5", None, "44,200.50"), ("44200", "TWD", "NT$44,200"), (None, None, "–")],
)
def test_money_of_an_unknown_currency_has_no_sign(amount, currency, told):
    assert money(amount, currency) == told


def test_an_unknown_proposal_is_named(adcue, filled_dir, tmp_path):
    code, _, err = adcue("cue-sheet", "P-abcdef", "--out", tmp_path / "x.xlsx")
    assert code == 2 and "P-abcdef" in err


SALES = "meta/OUTCOME_SALES"


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["--min", "nope=100"], "最低金額（--min）裡的通路「nope」", "nope in the minimums (--min)"),
        (["--max", "nope=100"], "最高金額（--max）裡的通路「nope」", "nope in the maximums (--max)"),
        (["--share-cap", "nope=0.3"], "占比上限（--share-cap）裡的通路「nope」", "in the share caps (--share-cap)"),
        (["--max", "nope=1"], "Google 搜尋", "Google Search"),
        (["--min", f"{SALES}=5", "--max", f"{SALES}=1"], "通路「Meta 銷售」（--min、--max）的最低", "(--min, --max)"),
        (["--min", f"{SALES}=500", "--share-cap", f"{SALES}=0"], "「Meta 銷售」", "Meta"),
        (["--credit", "nope=1"], "歸因係數（--credit）的平台「nope」", "credit factors (--credit)"),
    ],
)
def test_a_refused_request_is_told_in_the_words_it_was_made_in(adcue, filled_dir, monkeypatch, words, zh, en):
    for language, told in (("zh-TW", zh), ("en", en)):
        monkeypatch.setenv("ADCUE_LANGUAGE", language)
        code, _, err = adcue("propose", "--budget", "100000", "--start", "2026-12-01", "--end", "2026-12-31", *words)
        assert code in (2, 3) and told in err
        assert not any(inner in err for inner in ("bounds", "share_caps", SALES, "minimums/"))


def test_an_error_after_json_is_a_problem_document(adcue):
    code, out, err = adcue("nightly", "--as-of", "soon", "--json")
    assert code == 2
    assert json.loads(out)["code"] == "api.value.date"
    assert err.strip() == json.loads(out)["detail"]


def test_an_error_nobody_foresaw_is_one_sentence(adcue, monkeypatch):
    def fail(*_args):
        raise RuntimeError("secret 0912345678")

    monkeypatch.setattr("api.cli.doors.open_store", fail)
    code, out, err = adcue("key", "list")
    assert code == 1
    assert "RuntimeError" in err and "secret" not in out + err and "Traceback" not in out + err


def test_one_file_that_cannot_be_used_does_not_stop_the_others(adcue, sample, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    code, out, _ = adcue("import", empty, sample[1].exports[0], "--received", "2026-11-16", "--json")
    items = json.loads(out)["items"]
    assert code == 2
    assert [item["status"] for item in items] == ["refused", "imported"]
    assert items[0]["problem"]["errors"][0]["code"].startswith("engine.ingest.")


def test_the_import_tells_what_it_understood(adcue, sample):
    code, out, _ = adcue("import", sample[1].exports[0], "--received", "2026-11-16")
    assert code == 0
    assert "Google Ads" in out and "NT$" in out and "欄位對應" in out


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_help_speaks_the_language_asked_for(language):
    done = subprocess.run(
        [ADCUE, "--help"], env=os.environ | {"ADCUE_LANGUAGE": language}, capture_output=True, text=True, check=True
    )
    assert ("提案" in done.stdout) is (language == "zh-TW")


def test_help_is_quick():
    """Under 0.4 s for the whole process; on a busy machine the interpreter's own start is counted off twice over."""

    def seconds(*command: object) -> float:
        begun = time.perf_counter()
        subprocess.run([str(word) for word in command], capture_output=True, check=True)
        return time.perf_counter() - begun

    runs = [(seconds(ADCUE, "--help"), seconds(sys.executable, "-c", "pass")) for _ in range(5)]
    quickest, bare = min(help_ for help_, _ in runs), min(bare for _, bare in runs)
    assert quickest < max(0.4, 10 * bare)


def test_help_loads_nothing_heavy():
    code = "import sys; from api.cli.app import run; run(['--help']); print(*sorted(sys.modules), file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()
    heavy = {"pandas", "numpy", "sqlalchemy", "flask", "pydantic", "rich.console", "sklearn", "pyomo", "xlsxwriter"}
    assert not heavy & set(loaded)


def test_keys_are_shown_once(adcue):
    code, out, _ = adcue("key", "create", "--role", "machine", "--json")
    made = json.loads(out)
    assert code == 0 and made["role"] == "machine"
    _, listed, _ = adcue("key", "list")
    assert made["prefix"] in listed and made["key"] not in listed
    assert made["expires_at"][:10] in listed and "有效" in listed
    assert adcue("key", "revoke", made["prefix"])[0] == 0
    assert json.loads(adcue("key", "list", "--json")[1])["items"][0]["revoked_at"]
