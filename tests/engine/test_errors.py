"""An error says what, where and how to mend it, in both languages, without a person's data."""

from __future__ import annotations

import pytest

from engine.errors import AdcueError, Fault, FileFaults, PackError, SettingError
from engine.messages import LANGUAGES, Message
from engine.settings import Settings, settings


@pytest.mark.parametrize("language", LANGUAGES)
def test_error_is_told_in_the_reader_s_language(language):
    error = PackError("engine.pack.schema", file="x.yaml", field="limit", detail="too big")
    assert "x.yaml" in error.text(language) and "limit" in error.text(language)
    assert error.code == "engine.pack.schema"


def test_all_faults_of_a_file_are_told_with_row_and_column():
    faults = [Fault(Message("engine.setting.invalid", {"name": "n", "detail": "d"}), row=7, column="Cost")] * 3
    error = FileFaults("report.csv", faults)
    lines = error.text("en").splitlines()
    assert len(lines) == 4 and lines[1].startswith("report.csv:7 [Cost] ")


def test_no_more_than_two_hundred_faults_are_listed_but_all_are_counted():
    fault = Fault(Message("engine.setting.invalid", {"name": "n", "detail": "d"}))
    error = FileFaults("report.csv", [fault] * 500)
    assert len(error.faults) == 200 and error.count == 500 and "500" in error.text("zh-TW")


def test_every_class_of_the_tree_is_drawn_in_the_docstring():
    import engine.errors as module

    def below(cls):
        return [cls, *(c for sub in cls.__subclasses__() for c in below(sub))]

    for cls in below(AdcueError):
        if cls.__module__ == module.__name__:
            assert cls.__name__ in (module.__doc__ or ""), cls.__name__


def test_a_setting_out_of_range_is_named(monkeypatch):
    monkeypatch.setenv("ADCUE_PORT", "99999999")
    settings.cache_clear()
    with pytest.raises(SettingError, match="ADCUE_PORT"):
        settings()
    monkeypatch.undo()
    settings.cache_clear()


def test_every_setting_has_a_sentence():
    for name, field in Settings.model_fields.items():
        assert field.description and field.description.endswith("."), name
