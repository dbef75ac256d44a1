"""Decides that every accuracy line that is measured on the reference data still holds."""

import pytest

from tests.bench.compliance_accuracy import lawful, official, pairs, penalised, read
from tests.shared import shared_dir


@pytest.mark.shared
@pytest.mark.slow
def test_accuracy_lines_hold() -> None:
    folder = shared_dir() / "law"
    phrases = read(folder, "phrases.jsonl")
    lines = [*penalised(phrases), *official(phrases), *lawful(read(folder, "lawful.jsonl"))]
    lines += pairs(read(folder, "pairs.jsonl"))
    assert len(lines) > 20
    assert [f"{line.name}: {line.hits}/{line.of}" for line in lines if not line.holds] == []
