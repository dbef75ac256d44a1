"""Decides that a subject and a change near it make a claim."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from compliance.kinds.strike import Ad, Strike
from compliance.pack_schema import WordList
from compliance.rule_schema import ClaimRule
from compliance.understanding.normal import COMMA
from compliance.wordhits import Hit

_LONGEST_WORD = 12
_ENDLESS = 1 << 60


def strikes(rule: ClaimRule, ad: Ad, lists: Mapping[str, WordList]) -> Iterator[Strike]:
    """For every subject the nearest change, if it is near enough and no comma stands between them."""
    subjects = ad.of(rule.subjects)
    if not subjects:
        return
    changes = [(lists[name], ad.hits[name]) for name in rule.changes if name in ad.hits]
    if not changes:
        return
    for subject in subjects:
        partners = [hit for words, hits in changes for hit in _near(subject, words, hits, ad)]
        if partners:
            partner = min(partners, key=lambda hit: (_distance(subject, hit), hit.start, -hit.end))
            yield Strike(min(subject.start, partner.start), max(subject.end, partner.end), subject)


def _distance(subject: Hit, change: Hit) -> int:
    return max(subject.start - change.end, change.start - subject.end)


def _near(subject: Hit, words: WordList, hits: Sequence[Hit], ad: Ad) -> Iterator[Hit]:
    low = bisect_left(hits, (subject.start - max(words.before, 0) - _LONGEST_WORD, 0))
    high = bisect_right(hits, (subject.end + max(words.after, 0), _ENDLESS), low)
    for hit in hits[low:high]:
        if hit.end <= subject.start:
            gap, allowed = subject.start - hit.end, words.before
        elif hit.start >= subject.end:
            gap, allowed = hit.start - subject.end, words.after
        else:
            continue
        if gap <= allowed and ad.text.strongest_break(min(hit.start, subject.start), max(hit.end, subject.end)) < COMMA:
            yield hit
