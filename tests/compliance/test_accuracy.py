"""Decides that every accuracy line measured on the reference data still holds; the bench pads every ad in every way."""

import pytest

from tests.bench.bench_compliance import measured
from tests.compliance.disguises import PADDINGS
from tests.shared import shared_dir


@pytest.mark.shared
@pytest.mark.slow
def test_accuracy_lines_hold() -> None:
    lines = measured(shared_dir() / "law", padded_every=len(PADDINGS))
    assert len(lines) > 50
    assert [f"{line.name}: {line.hits}/{line.of}" for line in lines if not line.holds] == []
