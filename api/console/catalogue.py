"""Decides what the page of laws and rules shows a reviewer: the whole catalogue, or what is sought in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from api.console.blueprint import pages
from api.dates import today
from api.language import request_language
from api.values import read_date
from compliance.catalogue import Catalogue, catalogue, narrowed
from compliance.categories import categories
from compliance.law_words import say
from engine.errors import InputError
from engine.messages import Language

LONGEST_SEARCH = 100


@pages.get("/catalogue")
def show_catalogue() -> ResponseReturnValue:
    """Every law and rule with source and certainty; ``q``, ``product``, ``law`` and ``on`` narrow it."""
    language, asked = request_language(), {name: request.args.get(name, "") for name in ("q", "product", "law", "on")}
    day = read_date(asked["on"], "on") if asked["on"] else today()
    whole = catalogue(language, day)
    shown = narrowed(
        whole,
        asked["q"][:LONGEST_SEARCH],
        _known("product", asked["product"], [*categories()]),
        _known("law", asked["law"], [law.id for law in whole.laws]),
    )
    told = _words(whole, language)
    return render_template("catalogue.html", whole=whole, shown=shown, asked=asked, anchors=_anchors(shown), **told)


def _anchors(shown: Catalogue) -> set[str]:
    """What can be jumped to on the page; a link to anything else leaves it."""
    return {rule.code for rule in shown.rules} | {article.id for law in shown.laws for article in law.articles}


def _known(option: str, given: str, known: list[str]) -> str:
    if given and given not in known:
        raise InputError("api.value.choice", option=option, given=given[:40], known=", ".join(known))
    return given


def _words(whole: Catalogue, language: Language) -> dict[str, Any]:
    told: Callable[..., str] = partial(_say, language)
    names = {name: words[language] for name, words in categories().items()}
    return {"say": told, "products": names, "shorts": {law.id: law.short for law in whole.laws}}


def _say(language: Language, name: str, **values: str | int) -> str:
    return say(name, language, **values)
