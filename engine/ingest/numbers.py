"""Decides what a column of written numbers means: its decimal mark by the whole column, then every value exactly."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.ingest.grid import Bools, Ints
from engine.ingest.headers import currency_names
from engine.ingest.report import DecimalMark

Reals = npt.NDArray[np.float64]

MICROS = 1_000_000
# Above this many units a float no longer tells micros apart, so those values go the exact way.
_FLOAT_EXACT = 2e9
_MOST_UNITS = Decimal(9_000_000_000_000)
# Most columns prove their decimal mark within so many values.
_FEW = 1000
_CORE = re.compile(r"[-+]?[\d.,' ]*\d[\d.,' ]*(?:[eE][-+]?\d{1,3})?")
_BRACKETED = re.compile(r"([^\d()]*)\(([^()]*)\)")
_COUNT_GROUPS_COMMA = r"^[^\d.,]*\d{1,3}(,\d{3})+[^\d.,]*$"
_COUNT_GROUPS_DOT = r"^[^\d.,]*\d{1,3}(\.\d{3})+[^\d.,]*$"
# Writings that can only be read one way.
_ONLY_POINT = r"\d,\d{3}(,\d{3})*\.\d|\d,\d{3},\d{3}|^[^\d.,]*\d*\.(\d{1,2}|\d{4,})\D*$|^[^\d.,]*0\.\d"
_ONLY_COMMA = r"\d\.\d{3}(\.\d{3})*,\d|\d\.\d{3}\.\d{3}|^[^\d.,]*\d*,(\d{1,2}|\d{4,})\D*$|^[^\d.,]*0,\d"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which decimal marks a column's own values prove, and whether some of them could be read both ways."""

    point: bool
    comma: bool
    either: bool


@dataclass(slots=True)
class Numbers:
    """A parsed column: ``values`` where ``valid``; ``exact`` gives the few that a float cannot hold."""

    values: Reals
    valid: Bools
    bad: Bools
    exact: dict[int, Decimal] = field(default_factory=dict)
    currencies: frozenset[str] = frozenset()


def weigh_marks(column: pa.Array, is_count: bool) -> Evidence:
    """What the values of one column prove about the decimal mark; a count's groups of three are thousands."""
    few = column.slice(0, _FEW)
    if _has(few, _ONLY_POINT) or (is_count and _has(few, _COUNT_GROUPS_COMMA)):
        return Evidence(point=True, comma=False, either=False)
    marked = pc.or_(pc.match_substring(column, "."), pc.match_substring(column, ","))
    column = column.filter(marked)
    if not len(column):
        return Evidence(point=False, comma=False, either=False)
    if _has(column, _ONLY_POINT) or (is_count and _has(column, _COUNT_GROUPS_COMMA)):
        return Evidence(point=True, comma=False, either=False)
    if _has(column, _ONLY_COMMA) or (is_count and _has(column, _COUNT_GROUPS_DOT)):
        return Evidence(point=False, comma=True, either=False)
    return Evidence(point=False, comma=False, either=_has(column, _COUNT_GROUPS_COMMA))


def _has(column: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, pattern)).as_py())


def contradicts(text: str, mark: DecimalMark) -> bool:
    """Whether a value can only be read with the other decimal mark."""
    return re.search(_ONLY_COMMA if mark == "." else _ONLY_POINT, text.strip()) is not None


def read_numbers(column: pa.Array, mark: DecimalMark, missing: frozenset[str], is_money: bool) -> Numbers:
    """Every value of a text column; ``missing`` are the casefolded texts that mean no value."""
    text = pc.utf8_trim_whitespace(column)
    if mark == ".":
        quick = _plain_or_grouped(text, is_money)
        if quick is not None:
            return quick
    plain = pc.match_substring_regex(text, r"^-?\d+(\.\d+)?$" if mark == "." else r"^-?\d+(,\d+)?$")
    values, valid = _cast(text, plain, mark)
    grouped_form = r"^-?\d{1,3}(,\d{3})+(\.\d+)?$" if mark == "." else r"^-?\d{1,3}(\.\d{3})+(,\d+)?$"
    grouped = pc.match_substring_regex(text, grouped_form)
    if pc.any(grouped).as_py():
        without = pc.replace_substring(text, "," if mark == "." else ".", "")
        more, more_valid = _cast(without, grouped, mark)
        values = np.where(more_valid, more, values)
        valid |= more_valid
    result = Numbers(values, valid, np.zeros(len(valid), dtype=bool))
    if is_money:
        _note_large(result, text, mark)
    _read_rest(result, text, mark, missing)
    return result


def _plain_or_grouped(text: pa.Array, is_money: bool) -> Numbers | None:
    """The common case at full speed: plain numbers and well-formed thousands only; None where there is more."""
    grouped = pc.match_substring(text, ",")
    try:
        if pc.any(grouped).as_py():
            with_commas = text.filter(grouped)
            if not pc.all(pc.match_substring_regex(with_commas, r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")).as_py():
                return None
            text = pc.replace_with_mask(text, grouped, pc.replace_substring(with_commas, ",", ""))
        values = pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    if not np.isfinite(values).all():
        return None
    values = np.array(values)
    result = Numbers(values, np.ones(len(values), dtype=bool), np.zeros(len(values), dtype=bool))
    if is_money:
        _note_large(result, text, ".")
    return result


def _cast(text: pa.Array, chosen: pa.Array, mark: DecimalMark) -> tuple[Reals, Bools]:
    if mark == ",":
        text = pc.replace_substring(text, ",", ".")
    cast = pc.cast(pc.if_else(chosen, text, pa.scalar(None, pa.string())), pa.float64())
    values = cast.to_numpy(zero_copy_only=False)
    return np.where(np.isnan(values), 0.0, values), np.asarray(chosen.to_numpy(zero_copy_only=False), dtype=bool)


def _note_large(result: Numbers, text: pa.Array, mark: DecimalMark) -> None:
    """Keeps exactly what a float of micros would round: large amounts and amounts half-way between two micros."""
    scaled = np.abs(result.values) * MICROS
    with np.errstate(invalid="ignore"):
        close = np.abs(scaled - np.floor(scaled) - 0.5) < 1e-3
    for row in np.flatnonzero((np.abs(result.values) > _FLOAT_EXACT) | close):
        number = _parse(text[int(row)].as_py(), mark)[0]
        if number is not None:
            result.exact[int(row)] = number


def _read_rest(result: Numbers, text: pa.Array, mark: DecimalMark, missing: frozenset[str]) -> None:
    rest = np.flatnonzero(~result.valid)
    if not len(rest):
        return
    encoded = text.take(pa.array(rest)).dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    seen: set[str] = set()
    for code, value in enumerate(encoded.dictionary.to_pylist()):
        if value.strip().casefold() in missing or not value.strip():
            continue
        rows = rest[codes == code]
        number, currency = _parse(value, mark)
        if number is None:
            result.bad[rows] = True
            continue
        result.values[rows] = float(number)
        result.valid[rows] = True
        result.exact.update(dict.fromkeys((int(row) for row in rows), number))
        if currency:
            seen.add(currency)
    result.currencies = frozenset(seen)


def _parse(written: str, mark: DecimalMark) -> tuple[Decimal | None, str | None]:
    """The number somebody wrote and the currency written beside it.

    >>> _parse("NT$ (1,234.50)", ".")
    (Decimal('-1234.50'), 'TWD')
    """
    text = unicodedata.normalize("NFKC", written).replace("\u2212", "-").replace("\u2019", "'").strip()
    negative = False
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        text, negative = f"{bracketed[1]} {bracketed[2]}".strip(), True
    found = _CORE.search(text)
    if found is None:
        return None, None
    before, after = text[: found.start()].strip(), text[found.end() :].strip()
    if before.startswith("-"):
        before, negative = before[1:].strip(), True
    currency = None
    for part in (before, after):
        code = currency_names().get(part.casefold()) if part else None
        if part and (code is None or currency is not None):
            return None, None
        currency = currency or code
    number = _to_decimal(found.group().strip(), mark)
    if number is not None and negative:
        number = -number
    return number, currency


def _to_decimal(core: str, mark: DecimalMark) -> Decimal | None:
    groups = "[,' ]" if mark == "." else "[.' ]"
    shape = rf"[-+]?(\d+|\d{{1,3}}(?P<g>{groups})\d{{3}}(?:(?P=g)\d{{3}})*)?(\{mark}\d*)?([eE][-+]?\d{{1,3}})?"
    if re.fullmatch(shape, core) is None:
        return None
    try:
        number = Decimal(re.sub(groups, "", core).replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= _MOST_UNITS * MICROS else None


def to_micros(numbers: Numbers, unit: int = MICROS) -> Ints:
    """Whole micros of every value (0 where not valid); ``unit`` 1 where the file already writes micros."""
    micros = np.rint(numbers.values * unit).astype(np.int64)
    for row, value in numbers.exact.items():
        micros[row] = int((value * unit).to_integral_value(ROUND_HALF_EVEN))
    return micros


def too_large(numbers: Numbers, unit: int = MICROS) -> Bools:
    """Which values do not fit into 64 bits of micros."""
    return np.abs(numbers.values) * unit > float(_MOST_UNITS * MICROS)
