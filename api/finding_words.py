"""Decides how what was found in an ad is put into words for people: verdict, article, certainty, sentences, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compliance.law_words import article_label

Told = Mapping[str, Any]  # a finding or a screening, JSON-ready

VERDICTS = {"block": "禁止刊登", "review": "需人工複核", "pass": "通過"}
SEVERITIES = {"block": "禁止", "warn": "注意", "note": "提醒"}
CERTAINTIES = {"verified": "已對照所存條文", "secondary": "二手來源", "unverified": "未查證"}
DRAFT = "改寫草稿（須經人審）"  # heads the column of drafts
_MOST_PLACES = 5  # words in question that a sentence names
_MOST_WORDS = 20  # characters of the words in question, in a sentence about them


def gravest_first(findings: Sequence[Told]) -> list[Told]:
    """What blocks, then what warns, then what notes; those of one severity in their order."""
    return sorted(findings, key=lambda one: list(SEVERITIES).index(one["severity"]))


def sentences(screening: Told) -> list[str]:
    """What is said of an ad, the gravest first and each once, with the words it is said of; then the remarks."""
    said: dict[tuple[str, str], list[str]] = {}
    for finding in gravest_first(screening["findings"]):
        words = said.setdefault((finding["severity"], finding["message"]), [])
        quoted = _quoted(screening["text"], finding)
        if quoted and quoted not in words:
            words.append(quoted)
    told = [f"{SEVERITIES[severity]}{_listed(words)}：{message}" for (severity, message), words in said.items()]
    return [*told, *(f"備註：{remark}" for remark in screening["remarks"])]


def draft_text(screening: Told) -> str:
    """The draft of the whole ad, a line a field where it has fields; why there is none; empty where none is needed."""
    draft = screening.get("draft")
    if not draft:
        return ""
    if not draft["text"]:
        return str(draft["remark"])
    values = [f"{name}：{value}" for name, values in draft.get("fields", {}).items() for value in values]
    return "\n".join([f"文案：{draft['text']}", *values]) if values else str(draft["text"])


def _listed(words: Sequence[str]) -> str:
    more = f"等 {len(words)} 處" if len(words) > _MOST_PLACES else ""
    return "".join(words[:_MOST_PLACES]) + more


def _quoted(text: str, finding: Told) -> str:
    start, end = finding["span"]
    words = " ".join(text[start:end].split())
    if not words:
        return f"（{finding['field']}）" if finding.get("field") else ""
    return f"「{words[:_MOST_WORDS]}…」" if len(words) > _MOST_WORDS else f"「{words}」"


def articles(findings: Sequence[Told]) -> list[str]:
    """The articles of an ad's findings, the gravest first, each once."""
    return list(dict.fromkeys(article(finding) for finding in gravest_first(findings) if finding["law"]))


def article(finding: Told) -> str:
    """``食品安全衛生管理法 §28 第1項`` as people cite it."""
    text: str = finding["law"] or ""
    if finding["article"] and not finding["article"][0].isdigit():
        return f"{text}{article_label(finding['article'], finding['paragraph'], 'zh-TW')}"
    if finding["article"]:
        text += f" §{finding['article']}"
    if finding["paragraph"]:
        text += f" 第{finding['paragraph']}項"
    return text


def certainty(findings: Sequence[Told]) -> str:
    """How sure the articles of an ad's findings are, by the weakest; empty where none is cited."""
    cited = [finding["certainty"] for finding in findings if finding["law"]]
    return CERTAINTIES[max(cited, key=list(CERTAINTIES).index)] if cited else ""


def unsettled(findings: Sequence[Told]) -> list[str]:
    """What a reviewer still has to look up about the articles of an ad, each once."""
    return list(dict.fromkeys(caveat for finding in findings for caveat in finding["caveats"]))


def reference(finding: Told) -> str:
    """Where the limit of a format was read, with its date; empty for what rests on a law."""
    page = finding.get("reference")
    if page is None:
        return ""
    return "\n".join([f"{page['format']}（{page['checked'] or page['read_on']}）", *page["urls"]])


def in_field(finding: Told) -> str:
    """Which letters of its field a finding means; empty for one on the text."""
    span = finding.get("field_span")
    return f"{finding['field']} {span[0]}–{span[1]}" if span else ""


def merged_spans(findings: Sequence[Told], length: int) -> list[tuple[int, int]]:
    """The parts of the text that any finding points at, in order and without overlap."""
    out: list[tuple[int, int]] = []
    for start, end in sorted((f["span"][0], min(f["span"][1], length)) for f in findings):
        if end <= start:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
