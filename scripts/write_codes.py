"""Writes api/help/codes.yaml again: every problem code by the class of its error, as the source raises them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from engine import errors
from engine.errors import AdcueError

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "api" / "help" / "codes.yaml"
# These never meet a request: doors of the command line, and what stops the service before it answers.
ELSEWHERE = ("api/cli", "api/sample")
BEFORE = {"api.access.unlisted_route"}
# What the words of the database itself are turned into.
STORE_FAULTS = {
    f"engine.store.{kind}" for kind in ("away", "busy", "damaged", "failed", "full", "not_upgraded", "read_only")
}
HEAD = "# Every problem code by the class of its error; written by make docs.\n"


def main() -> None:
    """Writes the file."""
    TARGET.write_text(written(), encoding="utf-8")


def written() -> str:
    """The file as it should be."""
    raised = _raised()
    lines = [
        line for kind in sorted(raised) for line in (f"{kind}:", *(f"  - {code}" for code in sorted(raised[kind])))
    ]
    return HEAD + "\n".join(lines) + "\n"


def _raised() -> dict[str, set[str]]:
    kinds = {
        name: name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, AdcueError)
    }
    kinds |= {"RateError": "RateError", "FieldFaults": "FieldFaults", "RulePackError": "PackError"}
    found: dict[str, set[str]] = {"StoreError": set(STORE_FAULTS)}
    for package in ("engine", "rules", "optimizer", "compliance", "api"):
        for path in (ROOT / package).rglob("*.py"):
            if path.relative_to(ROOT).as_posix().startswith(ELSEWHERE):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for kind, code in _codes_in(node, kinds):
                    found.setdefault(kinds[kind], set()).add(code)
    return {kind: left for kind, codes in found.items() if (left := codes - BEFORE)}


def _codes_in(node: ast.AST, kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each error that ``node`` makes, as the name of its class and its code; a class that names its own code, too."""
    if isinstance(node, ast.ClassDef) and node.name in kinds:
        inner = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
        calls = [(node.name, call) for call in inner if ast.unparse(call.func) == "super().__init__"]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        calls = [(name, node)] if name in kinds else []
    else:
        return
    for kind, call in calls:
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            yield kind, call.args[0].value


if __name__ == "__main__":
    main()
