"""Decides what can be set from outside: one field a setting, each with a sentence and a range."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import SettingError


class Settings(BaseSettings):
    """Environment variables with the prefix ``ADCUE_``."""

    model_config = SettingsConfigDict(env_prefix="ADCUE_", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder of the database, inbox and output files.")
    database_url: str | None = Field(None, description="PostgreSQL URL; unset means SQLite inside data_dir.")
    account: str = Field(
        "default", min_length=1, max_length=64, description="Advertiser account that the CLI acts for."
    )
    language: Literal["zh-TW", "en"] = Field("zh-TW", description="Language of everything people read.")
    timezone: str = Field("Asia/Taipei", description="Time zone of dates without one.")
    service_fee_rate: Decimal = Field(
        Decimal("0.15"), ge=0, le=1, description="Agency service fee on net media, as a fraction."
    )
    tax_rate: Decimal = Field(Decimal("0.05"), ge=0, le=1, description="Business tax on the invoice, as a fraction.")
    max_file_bytes: int = Field(1_000_000_000, ge=1, description="Largest file that is read, in bytes.")
    max_unzipped_bytes: int = Field(
        2_000_000_000, ge=1, description="Largest total size of an XLSX once unpacked, in bytes."
    )
    max_zip_ratio: int = Field(200, ge=1, description="Largest ratio of unpacked to packed size of an XLSX.")
    max_rows: int = Field(5_000_000, ge=1, description="Most data rows of one file.")
    max_columns: int = Field(500, ge=1, description="Most columns of one file.")
    max_request_bytes: int = Field(50_000_000, ge=1, description="Largest HTTP request body, in bytes.")
    host: str = Field("127.0.0.1", description="Address the console listens on.")
    port: int = Field(8765, ge=1, le=65535, description="Port the console listens on.")

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the store."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'adcue.sqlite3'}"


@cache
def settings() -> Settings:
    """The settings of this process. Raises SettingError that names the variable and what is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "ADCUE_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingError("engine.setting.invalid", name=name, detail=first["msg"]) from error
