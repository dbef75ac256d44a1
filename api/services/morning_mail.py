"""Decides how a morning reads as a mail: plain text, short, and nothing in it that a mail or a sheet would run.

A line begins with a digit, a letter or a bullet, never with a sign that a spreadsheet takes for a formula. Names come
from files: blanks and marks that could forge a line are taken out, what looks like personal data is named by its kind.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from api.cells import guarded
from api.media import platform_name
from api.money_words import money
from compliance.personal_data.redaction import redact
from engine.messages import Language, Message, Value, render

MOST_DECISIONS, MOST_LINES = 7, 5
MOST_NAME, MOST_SENTENCE = 40, 200
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def mail_of(document: Mapping[str, Any], language: Language) -> dict[str, str]:
    """Subject and text of a morning."""
    speak = _Speaker(document, language)
    return {"subject": speak.subject(), "text": "\n".join(speak.lines()) + "\n"}


def plain_name(text: str, most: int) -> str:
    """A text of a file as it may stand in a mail: one line, visible marks only, no personal data, ``most`` long."""
    kept = "".join(
        " " if one.isspace() else one for one in text if unicodedata.category(one) not in _INVISIBLE or one.isspace()
    )
    told = redact(" ".join(kept.split()))
    return told if len(told) <= most else told[: most - 1] + "…"


class _Speaker:
    """One morning in one language."""

    def __init__(self, document: Mapping[str, Any], language: Language) -> None:
        self._told, self._language = document, language

    def subject(self) -> str:
        """One line: the account, the day, how much needs a decision."""
        decide = self._told["decide"]
        kind = "subject" if decide["count"] else "subject_alerts" if self._told["alerts"]["count"] else "subject_none"
        told = self._say(
            kind,
            account=plain_name(self._told["account"], MOST_NAME),
            on=self._told["on"][5:].replace("-", "/"),
            count=decide["count"],
            stake=self._money(decide["spend_at_stake"]),
            alerts=self._told["alerts"]["count"],
        )
        return told if self._told["night"]["is_well"] else self._say("subject_trouble", text=told)

    def lines(self) -> Iterator[str]:
        """The text, line by line."""
        yield plain_name(self._told["night"]["text"], 2 * MOST_SENTENCE)
        yield from self._troubles()
        yield from self._decisions()
        yield from self._alerts()
        yield from self._rest()
        yield ""
        yield self._say("where")

    def _troubles(self) -> Iterator[str]:
        refused = self._told["refused_files"]
        if refused:
            yield from ("", self._say("refused", count=len(refused)))
        for one in refused[:MOST_LINES]:
            file, detail = plain_name(one["file"], MOST_NAME), plain_name(one["detail"], MOST_SENTENCE)
            yield self._say("refused_file", file=file, detail=detail)
        for text in self._told["notices"][:MOST_LINES]:
            yield self._say("notice", text=plain_name(text, MOST_SENTENCE))

    def _decisions(self) -> Iterator[str]:
        part = self._told["decide"]
        if not part["count"]:
            yield from ("", self._say("nothing"))
            return
        yield from ("", self._say("decide", count=part["count"], stake=self._money(part["spend_at_stake"])))
        shown = part["items"][:MOST_DECISIONS]
        for at, one in enumerate(shown, 1):
            yield self._say("line", at=at, **self._row(one))
            yield "   " + guarded(plain_name(one["reason"], MOST_SENTENCE))
        left = part["count"] - len(shown)
        if left:
            rest = part["spend_at_stake"] - sum(one["spend_at_stake"] for one in shown)
            yield self._say("more", count=left, stake=self._money(max(0.0, rest)))

    def _alerts(self) -> Iterator[str]:
        part = self._told["alerts"]
        if not part["count"]:
            return
        yield from ("", self._say("alerts", count=part["count"], stake=self._money(part["spend_at_stake"])))
        shown = part["items"][:MOST_LINES]
        for one in shown:
            yield self._say("alert", id=one["short_id"], reason=plain_name(one["reason"], MOST_SENTENCE))
        if part["count"] > len(shown):
            yield self._say("more_alerts", count=part["count"] - len(shown))

    def _rest(self) -> Iterator[str]:
        carry, copy, proposal = (self._told[name] for name in ("carry_out", "undecided_copy", "undecided_proposal"))
        if carry["count"] or copy or proposal:
            yield ""
        if carry["count"]:
            yield self._say("carry_out", count=carry["count"], stake=self._money(carry["spend_at_stake"]))
        if proposal:
            yield self._say("proposal", id=proposal)
        if copy:
            yield self._say("copy", count=copy)

    def _row(self, one: Mapping[str, Any]) -> dict[str, Value]:
        return {
            "stake": self._money(one["spend_at_stake"]),
            "action": render(Message(f"api.console.action.{one['action']}"), self._language),
            "platform": platform_name(one["platform"], self._language),
            "name": plain_name(one["name"], MOST_NAME),
            "id": one["short_id"],
        }

    def _money(self, amount: float) -> str:
        return money(amount, self._told["currency"])

    def _say(self, name: str, /, **values: Value) -> str:
        return render(Message(f"api.morning.mail.{name}", values), self._language)
