"""Decides what a text looks like without its personal data: every find becomes its kind in brackets."""

from __future__ import annotations

from compliance.personal_data.finding import find_personal_data

SUSPECT = 0.35


def redact(text: str, *, minimum: float = SUSPECT) -> str:
    """The text with anything that may be personal data replaced by ``[kind]``; for logs and messages.

    With ``minimum`` 0 the faintest suspicion is enough, such as a card number written without blanks.
    """
    pieces: list[str] = []
    at = 0
    for match in find_personal_data(text, minimum=minimum):
        start, end = match.span
        pieces += [text[at:start], f"[{match.kind}]"]
        at = end
    return "".join([*pieces, text[at:]])
