"""Packs are data: checked, hashed, and refused with file, line and field."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict

from engine.errors import PackError
from engine.packs import load_pack, load_packs


class _Pack(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: int
    limit: float


def test_pack_carries_name_version_and_hash(tmp_path):
    (tmp_path / "a.yaml").write_text("version: 3\nlimit: 0.5\n", encoding="utf-8")
    (pack, ref), *_ = load_packs(tmp_path, _Pack).values()
    assert (pack.limit, ref.name, ref.version, len(ref.hash)) == (0.5, "a", "3", 64)


def test_bad_yaml_names_the_line(tmp_path):
    path = tmp_path / "b.yaml"
    path.write_text("version: 1\nlimit: [1, 2\n", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_pack(path, _Pack)
    assert "b.yaml" in caught.value.text("zh-TW") and "3" in caught.value.text("en")


def test_unknown_field_is_named(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("version: 1\nlimit: 1\nlimt: 2\n", encoding="utf-8")
    with pytest.raises(PackError, match="limt"):
        load_pack(path, _Pack)


def test_yaml_is_never_code(tmp_path):
    path = tmp_path / "d.yaml"
    path.write_text("version: !!python/object/apply:os.getpid []\nlimit: 1\n", encoding="utf-8")
    with pytest.raises(PackError):
        load_pack(path, _Pack)
