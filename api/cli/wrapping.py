"""Decides where a sentence is broken on a terminal: between Chinese characters, not in a number or before a stop."""

from __future__ import annotations

import re

_CLOSING = "，。、；：！？）」』】》〉…%％,.;:!?)]}”’"
_OPENING = "（「『【《〈([{“‘"
_WIDE = r"\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
_PIECE = re.compile(
    rf"[{re.escape(_OPENING)}]*(?:[{_WIDE}]|[^\s{_WIDE}{re.escape(_OPENING)}]+)?(?:\s*[{re.escape(_CLOSING)}])*\s*"
)


def wrapped(text: str, width: int, indent: str = "", hanging: str | None = None) -> str:
    """``text`` in lines of at most ``width`` columns; ``hanging`` stands before every line after the first.

    A piece wider than a line is left whole, for the terminal to break.
    """
    from rich.cells import cell_len

    lines, line, later = [], indent, indent if hanging is None else hanging
    empty = True
    for piece in _PIECE.findall(text):
        if not empty and cell_len(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = later
        line += piece
        empty = False
    return "\n".join([*lines, line.rstrip()])
