"""Writes the pages of docs/ that are read off the code, so that they cannot rot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from engine.messages import sentence_ids
from engine.metrics import metrics
from engine.settings import Settings

DOCS = Path(__file__).resolve().parents[1] / "docs"
PACKAGES = ("engine", "rules", "optimizer", "compliance", "api")
NOTE = "<!-- Written by `make docs` from the code; edit the code, not this page. -->\n"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Every setting with its variable, default and sentence; the limits in a table of their own."""
    rows = [
        (f"`ADCUE_{name.upper()}`", f"`{_grouped(field.default)}`", field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    limits = [row for row in rows if row[0].startswith("`ADCUE_MAX_")]
    others = [row for row in rows if row not in limits]
    return (
        f"{NOTE}\n# Settings and limits\n\n"
        + _table(("variable", "default", "what it decides"), iter(others))
        + "\n## Limits\n\nWhat is over a limit is refused whole, with the variable, the limit and what was found.\n\n"
        + _table(("variable", "default", "what it bounds"), iter(limits))
    )


def _grouped(default: object) -> str:
    """A default as a person reads it; ``1_000_000`` can be typed back as it stands."""
    return f"{default:_}" if isinstance(default, int) and default >= 10_000 else str(default)


def metrics_page() -> str:
    """The metric dictionary."""
    rows = (
        (f"`{name}`", m.label["zh-TW"], m.kind, f"{m.numerator} / {m.denominator} × {m.scale}" if m.numerator else "")
        for name, m in metrics().items()
    )
    return f"{NOTE}\n# Metrics\n\n" + _table(("name", "zh-TW", "kind", "formula"), rows)


def messages_page() -> str:
    """Every message by its stable code, in both languages."""
    parts = [f"{NOTE}\n# Messages and error codes\n"]
    for package in PACKAGES:
        rows = ((f"`{package}.{name}`", t["zh-TW"], t["en"]) for name, t in sorted(sentence_ids(package).items()))
        parts.append(f"\n## {package}\n\n" + _table(("code", "zh-TW", "en"), rows))
    return "".join(parts)


def pages() -> dict[str, str]:
    """Page name to text."""
    return {"settings.md": settings_page(), "metrics.md": metrics_page(), "messages.md": messages_page()}


def main() -> int:
    """Writes every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
