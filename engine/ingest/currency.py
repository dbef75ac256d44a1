"""Decides which currency a file's money is in; two in one file are refused, never added."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from engine.ingest.faults import FaultList, say
from engine.ingest.grid import Bools, Ints, Labels
from engine.ingest.headers import currencies, currency_names, take_currency

_IN_ACCOUNT = re.compile(r"^\d{6,}\s*,\s*([A-Z]{3})$")
# Which currencies a lone sign can stand for.
_DOLLARS = frozenset({"TWD", "USD", "HKD", "SGD", "AUD", "NZD", "CAD", "MXN", "CLP", "COP", "ARS"})
_YENS = frozenset({"JPY", "CNY"})


def settle_currency(
    column: Labels | None,
    accounts: Labels | None,
    money_headers: Iterable[str],
    signs: Iterable[str],
    hint: str | None,
    rows: Ints,
    kept: Bools,
    faults: FaultList,
) -> str | None:
    """The ISO code, or None where nothing tells. Adds a fault where two are named or the hint is contradicted."""
    named: dict[str, int] = {}
    for code, line in _of_column(column, kept, rows, faults):
        named.setdefault(code, line)
    for header in money_headers:
        in_header = take_currency(header)[1]
        if in_header is not None:
            named.setdefault(in_header, 0)
    for sign in signs:
        named.setdefault(sign, 0)
    if accounts is not None:
        for code in _of_accounts(accounts):
            named.setdefault(code, 0)
    wanted = hint.strip().upper() if hint else None
    if wanted is not None and wanted not in currencies().currencies:
        faults.add(say("currency.unknown", text=hint or ""))
        return None
    codes = sorted(name for name in named if name in currencies().currencies)
    if len(codes) > 1:
        row = max(named[code] for code in codes) or None
        faults.add(say("currency.two", first=codes[0], second=codes[1]), row)
        return None
    settled = codes[0] if codes else wanted
    for sign in sorted(named.keys() - set(codes)):
        possible = _DOLLARS if sign == "$" else _YENS
        if settled is not None and settled not in possible:
            faults.add(say("currency.two", first=settled, second=sign))
            return None
    if settled is not None and wanted is not None and settled != wanted:
        faults.add(say("currency.contradicted", stated=settled, said=wanted))
        return None
    return settled


def _of_column(column: Labels | None, kept: Bools, rows: Ints, faults: FaultList) -> Iterable[tuple[str, int]]:
    if column is None:
        return
    for code, value in enumerate(column.values):
        lines = rows[(column.codes == code) & kept] if value else rows[:0]
        if not len(lines):
            continue
        named = currency_names().get(unicodedata.normalize("NFKC", value).casefold())
        if named is None:
            faults.add(say("currency.unknown", text=value), int(lines[0]))
        else:
            yield named, int(lines[0])


def _of_accounts(accounts: Labels) -> set[str]:
    """Some exports write the account as ``102796323413794， TWD``."""
    found = (_IN_ACCOUNT.match(unicodedata.normalize("NFKC", value)) for value in accounts.values)
    return {match[1] for match in found if match and match[1] in currencies().currencies}
