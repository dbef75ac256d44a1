"""Decides in which language a request is answered: what the page says, then Accept-Language, then zh-TW."""

from __future__ import annotations

from flask import Request, has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from engine.messages import LANGUAGES, Language
from engine.settings import settings


def request_language() -> Language:
    """The language of the request under way; the setting's outside one."""
    return _wanted(request) if has_request_context() else settings().language


def accepted_language(accepts: str) -> Language:
    """The language of an answer to a request of which no more than its ``Accept-Language`` is known."""
    return _best(parse_accept_header(accepts, LanguageAccept))


def _wanted(sent: Request) -> Language:
    named = sent.args.get("lang") if not sent.path.startswith("/v1/") else None
    for language in LANGUAGES:
        if named == language:
            return language
    if "Accept-Language" not in sent.headers or not sent.path.startswith("/v1/"):
        return settings().language
    return _best(sent.accept_languages)


def _best(accepted: LanguageAccept) -> Language:
    for tag, quality in accepted:
        primary = tag.partition("-")[0].lower()
        if quality > 0 and primary in {"zh", "en"}:
            return "zh-TW" if primary == "zh" else "en"
    return settings().language
