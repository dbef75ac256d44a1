"""Writes the legal reviewer's catalogue in zh-TW: the laws and policies, and the rules that stand on them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from compliance.catalogue import ArticleEntry, Catalogue, LawEntry, catalogue
from compliance.catalogue_rules import CitedArticle, ExampleEntry, PermittedEntry, PermittedGroup, RuleEntry
from compliance.categories import categories
from compliance.law_words import say
from compliance.lawbook import known_until

LANGUAGE = "zh-TW"
LAWS, RULES = "catalogue-laws.md", "catalogue-rules.md"


def catalogue_pages(note: str) -> dict[str, str]:
    """Both pages, as of the day on which the laws were looked up; ``note`` says that they are generated."""
    whole = catalogue(LANGUAGE, known_until())
    return {LAWS: _laws_page(note, whole), RULES: _rules_page(note, whole)}


def _said(name: str, **values: str | int) -> str:
    return say(name, LANGUAGE, **values)


def _head(note: str, title: str, whole: Catalogue, other: str) -> str:
    day = _said("as_of", day=whole.day.isoformat())
    return f"{note}\n# {title}\n\n> {_said('disclaimer')}\n\n{day}。{other}\n"


def _laws_page(note: str, whole: Catalogue) -> str:
    parts = [_head(note, _said("laws"), whole, f"[{_said('rules')}]({RULES})")]
    for area, laws in groupby(whole.laws, key=lambda law: law.area):
        parts.append(f"\n## {_said(f'area.{area}')}\n")
        parts += ["\n".join(_law(law)) + "\n" for law in laws]
    return "\n".join(parts)


def _law(law: LawEntry) -> Iterator[str]:
    yield f'<a id="{law.id}"></a>\n\n### {law.name}\n'
    yield f"- `{law.id}`，{_said(f'kind.{law.kind}')}，**{_said(f'certainty.{law.certainty}')}**"
    yield f"- {_said('enforcer')}：{law.enforcer}"
    amended = f"{_said('amended', day=law.amended.isoformat())}；" if law.amended else ""
    yield f"- {_said('version')}：{amended}{_said('in_force')} {law.days}"
    yield f"- {_said('source')}：{law.source}"
    yield f"- {_looked_up(law)}"
    for open_point in law.unsettled:
        yield f"- {_said('unsettled')}：{open_point}"
    yield ""
    for article in law.articles:
        yield from _article(article, law)


def _looked_up(law: LawEntry) -> str:
    days = {"retrieved": law.retrieved_on.isoformat(), "due": law.review_due.isoformat()}
    if law.checked_until is None:
        return _said("looked_up_only", **days)
    return _said("looked_up", checked=law.checked_until.isoformat(), **days)


def _article(article: ArticleEntry, law: LawEntry) -> Iterator[str]:
    sure = "" if article.certainty is law.certainty else f"（{_said(f'certainty.{article.certainty}')}）"
    aside = "" if article.in_force else f"（{_said('not_in_force')}）"
    named = f'<a id="{article.id}"></a>**{article.label}** `{article.id}`'
    yield f"- {named} {_said(f'does.{article.does}')}{sure}{aside}：{article.rule}"
    yield from (f"  - 第 {number} 款：{text}" for number, text in article.items)
    yield from (f"  - {_said('penalty_head')}：{penalty}" for penalty in article.penalties)
    if article.days:
        yield f"  - {_said('in_force')} {article.days}"
    if article.source:
        yield f"  - {_said('source')}：{article.source}"


def _rules_page(note: str, whole: Catalogue) -> str:
    parts = [_head(note, _said("rules"), whole, f"[{_said('laws')}]({LAWS})")]
    for _, rules in groupby(whole.rules, key=lambda rule: rule.pack):
        listed = list(rules)
        first = listed[0]
        days = {"reviewed": first.reviewed_on.isoformat(), "due": first.review_due.isoformat()}
        parts.append(f"\n## {first.title}\n\n{_said('reviewed', pack=first.pack, **days)}\n")
        parts += ["\n".join(_rule(rule)) + "\n" for rule in listed]
    parts.append(f"\n## {_said('permitted')}\n")
    parts += ["\n".join(_permitted(listed)) + "\n" for listed in whole.permitted]
    return "\n".join(parts)


def _rule(rule: RuleEntry) -> Iterator[str]:
    names = categories()
    yield f'<a id="{rule.code}"></a>\n\n### `{rule.code}` {_said(f"severity.{rule.severity}")}\n'
    yield f"{rule.message}\n"
    yield f"- {_said('suggestion')}：{rule.suggestion}"
    yield f"- {_said('basis')}：{_cited(rule.articles)}"
    for penalty in dict.fromkeys(penalty for article in rule.articles for penalty in article.penalties):
        yield f"- {_said('penalty_head')}：{penalty}"
    if rule.products:
        yield f"- {_said('products')}：{'、'.join(names[product][LANGUAGE] for product in rule.products)}"
    for other in rule.elsewhere:
        severity = _said(f"severity.{other.severity}")
        yield f"- {_said('elsewhere')}「{other.title}」：{severity}，{_cited(other.articles)}"
    if rule.exceptions:
        yield f"- {_said('exceptions')}：{'、'.join(rule.exceptions)}"
    for fact, eased in rule.eased_by:
        told = _said("eased_to", fact=fact, severity=_said(f"severity.{eased}")) if eased else None
        yield f"- {_said('eased')}：{told or _said('eased_away', fact=fact)}"
    yield f"- {_said('looks')}：{_said(f'looks.{rule.kind}')}{''.join(f' `{name}`' for name in rule.lists)}"
    yield f"- {_said('flags')}：{_examples(rule.flags)}"
    yield f"- {_said('passes')}：{_examples(rule.passes)}"


def _cited(articles: tuple[CitedArticle, ...]) -> str:
    return "；".join(f"[{one.label}]({LAWS}#{one.anchor})（{_said(f'certainty.{one.certainty}')}）" for one in articles)


def _examples(examples: tuple[ExampleEntry, ...]) -> str:
    return " ".join(f"「`{one.text}`」{_said('facts', facts=one.facts) if one.facts else ''}" for one in examples)


def _permitted(listed: PermittedEntry) -> Iterator[str]:
    yield f'<a id="{listed.id}"></a>\n\n### {listed.title}\n'
    yield f"- {_said('basis')}：{_cited((listed.article,))}"
    yield f"- {_said('source')}：{listed.source}"
    yield from (f"- {_condition(group)}：{'、'.join(group.phrases)}" for group in listed.groups)


def _condition(group: PermittedGroup) -> str:
    if group.nutrients:
        return _said("of_nutrients", names="、".join(group.nutrients))
    if group.wording:
        return _said("with_wording", names="、".join(group.wording))
    return _said("with_fact", name=group.fact) if group.fact else _said("free")
