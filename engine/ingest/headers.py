"""Decides when two header cells say the same: one normal form, with the currency taken out of it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engine.packs import load_pack, package_path

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GAPS = re.compile(r"[\s_.]+")
_OUTER = re.compile(r"^(?:metrics |segments |# of |number of |no of )(?=\S)")
_AROUND_MARK = re.compile(r"\s*([()/])\s*")
_BRACKETED = re.compile(r"[(\[]\s*([^()\[\]]{1,12})\s*[)\]]")
_CODE_AT_END = re.compile(r"[\s_:\-]+([A-Z]{3})$")


class Currency(BaseModel):
    """One currency: how exports write it besides its ISO code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    signs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class Currencies(BaseModel):
    """The currencies that exports name; ``ambiguous`` signs belong to several of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    ambiguous: tuple[str, ...]
    currencies: Annotated[dict[str, Currency], Field(min_length=1)]


@cache
def currencies() -> Currencies:
    """The table of ``engine/ingest/currencies.yaml``."""
    return load_pack(package_path("engine") / "ingest" / "currencies.yaml", Currencies)[0]


@cache
def currency_names() -> dict[str, str]:
    """Every way to write a currency, casefolded -> ISO code; an ambiguous sign maps to itself."""
    names = {}
    for code, currency in currencies().currencies.items():
        for name in (code, *currency.signs, *currency.words):
            names[unicodedata.normalize("NFKC", name).casefold()] = code
    return names | {sign: sign for sign in currencies().ambiguous}


@cache
def normalise(header: str) -> str:
    """The form headers are compared in: NFKC, one space for space, dot and underscore, casefolded, no currency."""
    text = _CAMEL.sub(" ", unicodedata.normalize("NFKC", take_currency(header)[0]))
    text = _GAPS.sub(" ", text).strip().casefold()
    return _OUTER.sub("", _AROUND_MARK.sub(r"\1", text))


@cache
def take_currency(header: str) -> tuple[str, str | None]:
    """The header without its currency, and the currency's ISO code or ambiguous sign.

    >>> take_currency("CPM（每千次廣告曝光成本） (TWD)")
    ('CPM(每千次廣告曝光成本)', 'TWD')
    """
    text = unicodedata.normalize("NFKC", header).strip()
    for found in reversed(list(_BRACKETED.finditer(text))):
        code = currency_names().get(found.group(1).strip().casefold())
        if code is not None:
            return (text[: found.start()].rstrip() + text[found.end() :]).strip(), code
    at_end = _CODE_AT_END.search(text)
    if at_end is not None and at_end.group(1) in currencies().currencies:
        return text[: at_end.start()].strip(), at_end.group(1)
    return text, None


def fingerprint(headers: Sequence[str]) -> str:
    """Names a header row whatever the order of its columns, so that a mapping can be remembered for it."""
    return hashlib.sha256("\n".join(sorted(normalise(h) for h in headers)).encode()).hexdigest()
