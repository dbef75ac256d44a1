"""The pages about rules: whether each earns its keep, plainly, with how far that can be trusted."""

from __future__ import annotations

import re
from datetime import date

import pytest

from api.dates import today
from engine.messages import LANGUAGES
from rules.effect.cases import next_scored, scored_on
from rules.effect.found import OUTCOMES, Effect
from rules.effect.money import Saved
from rules.effect.report import EffectReport
from rules.effect.score import Record, score_rule
from tests.api.conftest import ACCOUNT, PIECE
from tests.api.everything import OWN_RULE

RULES = {
    "spend_no_conv": ("harms", Effect(OUTCOMES["ctr"], "holdout", "chance", 80, 30, -0.2, -0.3, -0.1)),
    "cpa_over": ("does_not", Effect(OUTCOMES["cpa"], "did", "parallel", 60, 200, 0.001, -0.02, 0.022)),
    "low_ctr_vs_peers": ("earns", Effect(OUTCOMES["ctr"], "holdout", "chance", 90, 25, 0.31, 0.12, 0.52)),
    "my_own_rule": ("too_early", Effect(OUTCOMES["ctr"], "its", "before_after", 28, 90, 0.4, 0.1, 0.7)),
}


def text(answer) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def _record(rule, effect):
    return Record(
        rule=rule, proposals=120, approved=90, rejected=12, withheld=9, share=0.1, false_chances=[0.08] * 120,
        effects=[effect], saved=Saved(12_000.0, 4_000.0, 20_000.0, 250_000.0),
    )  # fmt: skip


@pytest.fixture
def scored(monkeypatch):
    """An account whose rules have proved themselves, or not; the days that were asked for."""
    asked = []

    def scores(account, as_of):
        asked.append(as_of)
        told = [score_rule(_record(rule, effect)) for rule, (_, effect) in RULES.items()]
        assert [one.verdict for one in told] == [verdict for verdict, _ in RULES.values()]
        alerts = Record("zero_delivery", 7, 0, 0, 0, 0.1, alerts=True)
        return EffectReport(
            account.name, as_of, "TWD", [*told, score_rule(alerts)], scored_on(as_of), next_scored(as_of)
        )

    monkeypatch.setattr("api.console.rule_views.rule_scores", scores)
    return asked


def test_a_rule_that_does_not_earn_its_keep_is_shown_so_before_those_that_do(scored, account, enter):
    client = enter("mei.lin", "reviewer")
    page = text(client.get("/rule-scores"))
    assert "1 條規則有害，1 條不值得留著" in page and 'href="/rule-scores"' in page
    order = ("spend_no_conv", "cpa_over", "my_own_rule", "low_ctr_vs_peers")
    places = [page.index(f"<code>{rule}</code>") for rule in order]
    assert places == sorted(places) and page.index("zero_delivery") > places[-1]
    assert "花費已達目標單次轉換成本三倍" in page and page.count("已停用") == 1  # the rule nobody has any more
    row = page[page.index("<code>low_ctr_vs_peers</code>") : page.index("zero_delivery")]
    for told in ("值得留著", "點閱率 +31.0%", "+12.0% 至 +52.0%", "8%", "NT$250,000", "少花 NT$12,000", "其中保留 9"):
        assert told in row, told
    assert "由抽籤決定哪些不動" in row and ">高<" in row and "成效每季第一天才結算一次" in page and "下次是 2" in page
    english = text(client.get("/rule-scores?lang=en"))
    assert "1 do harm and 1 do not earn their keep" in english and "Does not earn its keep" in english


def test_earlier_quarters_can_be_looked_at_and_later_days_cannot(scored, account, enter):
    client = enter("mei.lin", "reviewer")
    page = text(client.get("/rule-scores?as_of=2026-05-20"))
    assert scored[-1] == date(2026, 5, 20)
    assert "as_of=2026-03-31" in page and "as_of=2026-07-01" in page and "截至 2026/05/20" in page
    text(client.get("/rule-scores?as_of=2199-01-01"))
    assert scored[-1] == today()
    assert client.get("/rule-scores?as_of=tomorrow").status_code == 422


def test_an_account_without_advice_says_so(account, enter):
    client = enter("mei.lin", "reviewer")
    for language, told in zip(LANGUAGES, ("還沒有要動手的建議", "no rule proposed anything to do"), strict=True):
        assert told in text(client.get(f"/rule-scores?lang={language}"))
    assert account.name == ACCOUNT


def test_a_rule_is_checked_tried_kept_and_taken_back_on_the_page(filled_dir, account, enter):
    client = enter("mei.lin", "planner")
    page = text(client.get("/rules?write=cpa_over"))
    assert "自訂規則 0 條" in page and "單次轉換成本明顯高於目標" in page and "id: cpa_over" in page

    def sent(**form):
        piece = text(client.post(form.pop("to", "/rules"), data=form, headers=PIECE))
        assert "<html" not in piece
        return piece

    wrong = sent(
        act="check", text=OWN_RULE.replace("metric: cpa", "metric: cost_per_dream").replace("ad_group", "adgroup")
    )
    assert wrong.count("<p>") >= 2 and "cost_per_dream" in wrong and "adgroup" in wrong
    dear = OWN_RULE.replace("value: 900", "value: 10").replace("spend: 800", "spend: 8")
    tried = sent(act="preview", text=dear)
    assert (
        re.search(r"今天檢查 \d+ 個，會點到 [1-9]", tried)
        and "沒有保留" in tried
        and account.rules.known(today()) == []
    )
    assert "已採用" in sent(act="keep", text=OWN_RULE)
    own = sent(to="/rules/our_dear_groups", act="off")
    assert "自訂規則 1 條" in own and "已停用，今天起不再檢查" in own
    assert "mei.lin" in text(client.get("/rules/our_dear_groups")) and "目前有效" in text(
        client.get("/rules/our_dear_groups")
    )
    assert "自訂規則 0 條" in sent(to="/rules/our_dear_groups", act="withdraw")
    assert client.post("/rules/our_dear_groups", data={"act": "withdraw"}).status_code == 404
    assert client.post("/rules", data={"act": "destroy"}).status_code == 422


def test_a_reviewer_reads_rules_and_changes_none(account, enter):
    client = enter("yu.hsu", "reviewer")
    page = text(client.get("/rules"))
    assert "<textarea" not in page and 'name="act"' not in text(client.get("/rules/cpa_over"))
    assert client.post("/rules", data={"act": "check", "text": OWN_RULE}).status_code == 403
    assert client.post("/rules/cpa_over", data={"act": "off"}).status_code == 403
    assert client.get("/rules/no_such_rule").status_code == 404
