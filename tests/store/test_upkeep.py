"""Few places may write without an act: where nobody acts, and a list of them is kept."""

from __future__ import annotations

import ast

from tests.test_sources import sources

# Where nobody acts: how far work is, who holds what, when a session was last seen, a stronger hash, what is over.
UPKEEP = {
    ("database.py", "write"),
    ("acting.py", "upkeep"),
    ("account_work.py", "_step"),
    ("nights.py", "_step"),
    ("account_work.py", "take"),
    ("account_work.py", "renew"),
    ("account_work.py", "release"),
    ("account_work.py", "answer"),
    ("login_sessions.py", "read"),
    ("login_sessions.py", "_end_beyond"),
    ("people.py", "_keep_hash"),
    ("store.py", "purge"),
}


def test_only_what_is_nobodys_act_is_written_without_one() -> None:
    found = set()
    for path, tree in sources().items():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            called = {
                node.func.attr
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            }
            if "upkeep" in called:
                found.add((path.name, function.name))
    assert found == UPKEEP
