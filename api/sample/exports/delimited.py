"""Decides how cells become delimited text the way ad platforms write it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def quote_cell(cell: str, delimiter: str) -> str:
    """The cell, in quotes where it holds a comma, a quote, a line break or the delimiter."""
    if any(mark in cell for mark in (",", '"', "\n", delimiter)):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def join_lines(lines: Iterable[Sequence[str]], delimiter: str, line_end: str = "\n") -> str:
    """Lines of cells as delimited text."""
    return "".join(delimiter.join(quote_cell(cell, delimiter) for cell in line) + line_end for line in lines)


def fixed(numerator: int, denominator: int, places: int) -> str:
    """``numerator / denominator`` with ``places`` decimals, rounded half up, exactly."""
    units = (2 * numerator * 10**places + denominator) // (2 * denominator)
    if places == 0:
        return str(units)
    whole, part = divmod(units, 10**places)
    return f"{whole}.{part:0{places}d}"


def plain(numerator: int, denominator: int, places: int) -> str:
    """Like ``fixed`` without trailing zeros."""
    text = fixed(numerator, denominator, places)
    return text.rstrip("0").rstrip(".") if "." in text else text
