"""Writes the pages of docs/ that are read off the code, so that they cannot rot."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from engine.messages import sentence_ids
from engine.metrics import metrics
from engine.settings import Settings
from optimizer.constraints import constraints
from scripts.catalogue_pages import catalogue_pages
from scripts.rule_packs_page import rule_packs_page

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "tests" / "cases" / "optimizer" / "constraints.yaml"
PACKAGES = ("engine", "rules", "optimizer", "compliance", "api")
NOTE = "<!-- Written by `make docs` from the code; edit the code, not this page. -->\n"
CONSTRAINTS_NOTE = (
    "One file each in `optimizer/constraints/`, with a golden model in `tests/golden/lp/` and an example in "
    "`tests/cases/optimizer/constraints.yaml` that is solved with the rule and without it.\n"
)


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


def constraints_page() -> str:
    """Every constraint of the optimizer: its rule in words, as a formula and in an example."""
    examples = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    told = sentence_ids("optimizer")
    parts = [f"{NOTE}\n# Constraints of a plan\n\n{CONSTRAINTS_NOTE}"]
    for name, define in constraints().items():
        first, *rest = (inspect.getdoc(define) or "").splitlines()
        body = "\n".join(_formulas_and_tables(rest)).strip()
        sides = (told.get(f"rule.{name}.{side}") for side in ("min", "max"))
        words = list(dict.fromkeys(f"「{side['zh-TW']}」 {side['en']}" for side in sides if side))
        named = f"\n\nNamed: {'; '.join(words)}." if words else ""
        parts.append(f"\n## {name}\n\n{first}\n\n*Example:* {examples[name]['means']}\n\n{body}{named}\n")
    return "".join(parts)


def _formulas_and_tables(lines: list[str]) -> Iterator[str]:
    """A docstring's math directive as a ``math`` block and its table of symbols as text; the rest as it stands."""
    kind = ""
    for line in lines:
        opens = line.startswith(".. math::")
        if kind == "math" and not line.strip():
            yield from ("```", "")
            kind = ""
        elif opens:
            kind = "math"
            yield from ("```math", line.removeprefix(".. math::").strip())
        elif line.startswith("==="):
            yield from ((line, "```") if kind else ("```text", line))
            kind = "" if kind else "table"
        else:
            yield line.strip() if kind == "math" else line


def pages() -> dict[str, str]:
    """Page name to text."""
    return {
        "settings.md": settings_page(),
        "metrics.md": metrics_page(),
        "messages.md": messages_page(),
        "constraints.md": constraints_page(),
        "rule-packs.md": rule_packs_page(NOTE),
        **catalogue_pages(NOTE),
    }


def main() -> int:
    """Writes every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
