"""The page of laws and rules: everything on it has an anchor, what is sought is found, what is not settled is told."""

from __future__ import annotations

import re

import pytest

from compliance.lawbook import lawbook
from compliance.rulebook import packs


@pytest.fixture
def reviewer(logged_in):
    """A legal reviewer's client."""
    return logged_in("reviewer")


def read(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def test_a_reviewer_finds_every_rule_and_article_under_its_anchor(reviewer):
    page = read(reviewer, "/catalogue")
    anchors = re.findall(r' id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    codes = {rule.code for pack, _ in packs().values() for rule in pack.rules}
    paragraphs = {
        f"{name}.{a}.{p}" for name, law in lawbook().items() for a, listed in law.articles.items() for p in listed
    }
    assert codes | paragraphs <= set(anchors)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
    assert "不能取代法務或律師" in page and 'href="/catalogue"' in page


def test_the_page_is_narrowed_by_words_product_and_law(reviewer):
    found = read(reviewer, "/catalogue?q=food.disease")
    assert 'id="food.disease"' in found and 'id="cosmetic.annex_4"' not in found and 'id="tobacco"' not in found
    found = read(reviewer, "/catalogue?product=cosmetic")
    assert 'id="cosmetic.annex_4"' in found and 'id="food.disease"' not in found
    found = read(reviewer, "/catalogue?law=tobacco")
    assert 'id="tobacco.12.1"' in found and 'id="food.disease"' not in found
    assert 'href="/catalogue?law=food_safety#food_safety.28.2"' in read(reviewer, "/catalogue?q=遠離糖尿病")
    assert "沒有符合的內容" in read(reviewer, "/catalogue?q=zzzzzz")


def test_what_is_not_settled_on_a_day_is_told(reviewer):
    assert "已過複查日" not in read(reviewer, "/catalogue?law=food_safety&on=2026-11-22")
    late = read(reviewer, "/catalogue?law=food_safety&on=2031-01-01")
    assert "已過複查日" in late and "只核對到 2024-10-24" in late
    assert "當日未施行" in read(reviewer, "/catalogue?law=cosmetics&on=2017-01-01")
    assert "未查證" in read(reviewer, "/catalogue?law=organic_agriculture")


def test_a_wrong_filter_is_told_and_nothing_typed_becomes_markup(reviewer):
    for query in ("product=cars", "law=nowhere", "on=yesterday"):
        assert reviewer.get(f"/catalogue?{query}").status_code == 422
    assert "<b>x" not in read(reviewer, "/catalogue?q=<b>x")


def test_the_page_speaks_english_when_asked(reviewer):
    page = read(reviewer, "/catalogue?lang=en")
    assert "does not replace one" in page and "compared with the text on file" in page
