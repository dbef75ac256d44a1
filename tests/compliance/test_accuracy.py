"""Decides that every accuracy line that is measured on the reference data still holds."""

import pytest

from tests.bench.bench_compliance import measured
from tests.shared import shared_dir


@pytest.mark.shared
@pytest.mark.slow
def test_accuracy_lines_hold() -> None:
    lines = measured(shared_dir() / "law")
    assert len(lines) > 50
    assert [f"{line.name}: {line.hits}/{line.of}" for line in lines if not line.holds] == []
