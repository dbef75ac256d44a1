"""Where the reference data outside the repository lies, for the tests marked ``shared``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_dir() -> Path:
    """The reference folder; skips the calling test when it is absent."""
    folder = Path(os.environ.get("ADCUE_SHARED") or Path(__file__).resolve().parents[1].parent / "shared")
    if not folder.is_dir():
        pytest.skip("reference data is not beside the repository (set ADCUE_SHARED)")
    return folder
