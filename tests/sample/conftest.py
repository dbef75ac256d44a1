"""Decides which samples the tests look at: one a curve family, written once."""

from pathlib import Path
from typing import NamedTuple

import pytest

from api.sample import Truth, write_sample


class Sample(NamedTuple):
    folder: Path
    truth: Truth


@pytest.fixture(scope="session", params=[(3, "hill"), (7, "power")], ids=["en-hill", "zh-power"])
def sample(request, tmp_path_factory) -> Sample:
    seed, family = request.param
    folder = tmp_path_factory.mktemp(f"sample-{seed}")
    return Sample(folder, write_sample(folder, seed, family))
