"""The security table names what exists: every requirement once, its tests and files, nothing met without proof."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_SPEC = importlib.util.spec_from_file_location("write_asvs", ROOT / "scripts" / "write_asvs.py")
assert _SPEC and _SPEC.loader
write_asvs = importlib.util.module_from_spec(_SPEC)
sys.modules["write_asvs"] = write_asvs
_SPEC.loader.exec_module(write_asvs)

TABLE = write_asvs.read_table()
ITEMS = TABLE.items
SHOWN = [item for item in ITEMS if item.applies and not item.pending]
# How many requirements each level of release 5.0.0 has.
RELEASED = {1: 70, 2: 183, 3: 92}
FILE = re.compile(r"`([\w./-]+\.(?:py|js|html|css|md|yaml|json|toml|lock))`")


@cache
def _functions(path: Path) -> frozenset[str]:
    """The test functions of a module, those of classes as Class::function."""
    found = set()
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return frozenset(found)


def test_the_page_is_current():
    assert (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8") == write_asvs.asvs_page(TABLE), "run `make docs`"


def test_no_requirement_stands_twice_and_all_stand_in_order():
    for chapter in TABLE.chapters:
        keys = [item.key for item in chapter.items]
        assert keys == sorted(set(keys)), chapter.title
        assert {key[0] for key in keys} == {chapter.number}
    assert [chapter.number for chapter in TABLE.chapters] == list(range(1, 18))


def test_no_requirement_of_levels_1_and_2_is_missing():
    """Sections of the release are numbered without gaps, and the count of each level is known."""
    left_out = [number for chapter in TABLE.chapters for number in chapter.left_out]
    for level in (1, 2):
        assert sum(item.level == level for item in ITEMS) == RELEASED[level]
    assert sum(item.level == 3 for item in ITEMS) + len(left_out) == RELEASED[3]
    listed = {item.id for item in ITEMS}
    assert listed.isdisjoint(left_out)
    keys = sorted(tuple(int(part) for part in number.split(".")) for number in (*listed, *left_out))
    for before, after in pairwise(keys):
        steps = {
            (before[0], before[1], before[2] + 1),
            (before[0], before[1] + 1, 1),
            (before[0] + 1, 1, 1),
        }
        assert after in steps, (before, after)


def test_every_answer_is_whole():
    for item in ITEMS:
        assert 1 <= len(item.gist.split()) <= 15, item.id
        if not item.applies:
            assert item.why and item.status is None and not (item.how or item.test or item.missing), item.id
            continue
        assert item.status and not item.why, item.id
        assert bool(item.missing) is (item.status != "met"), item.id
        if item.status != "not_met":
            assert item.how.endswith("."), item.id


def test_nothing_is_met_without_a_test():
    assert [item.id for item in ITEMS if item.counted == "met" and not item.test] == []


def test_what_is_not_shown_yet_is_not_counted_as_met():
    waiting = [item for item in ITEMS if item.pending]
    assert all(item.counted == "pending" for item in waiting)
    page = write_asvs.asvs_page(TABLE)
    assert all(re.search(rf"^\| {re.escape(item.id)} \|.*\| not shown yet \|", page, re.M) for item in waiting)


@pytest.mark.parametrize("item", SHOWN, ids=lambda item: item.id)
def test_every_test_named_is_there(item):
    for reference in item.test:
        path, _, name = reference.partition("::")
        assert path.startswith("tests/") and (ROOT / path).is_file(), reference
        function = name.partition("[")[0]
        assert function.rpartition("::")[2].startswith("test_") and function in _functions(ROOT / path), reference


@pytest.mark.parametrize("item", SHOWN, ids=lambda item: item.id)
def test_every_file_named_is_there(item):
    for name in FILE.findall(f"{item.how} {item.missing}"):
        assert (ROOT / name).is_file(), name


def test_the_summary_adds_up():
    page = write_asvs.asvs_page(TABLE)
    [total] = re.findall(r"^\| \*\*levels 1 and 2: (\d+)\*\* \|(.*)\|$", page, re.M)
    counts = [int(number) for number in re.findall(r"\*\*(\d+)\*\*", total[1])]
    assert sum(counts) == int(total[0]) == RELEASED[1] + RELEASED[2]
