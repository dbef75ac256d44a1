"""Decides how the log is kept free of personal data: the detectors that read copy read every text in it as well."""

from __future__ import annotations

from urllib.parse import unquote_plus

from engine.logs import Level, configure_logs


def start_logs(level: Level) -> None:
    """Sets up the log of this process with the product's own detectors before it."""
    configure_logs(level, redact=redact_text)


def redact_text(text: str) -> str:
    """The text without what any detector so much as suspects; they are loaded when the first text needs them.

    An address of the web is read as it was meant: ``+`` for a blank would hide the number behind it.
    """
    from compliance.personal_data.redaction import redact

    meant = unquote_plus(text)
    if meant != text and (told := redact(meant, minimum=0)) != meant:
        return told
    return redact(text, minimum=0)
