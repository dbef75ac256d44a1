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
    final_needs_approval: bool = Field(
        False, description="Whether a cue sheet becomes final only once a second person approved its proposal."
    )
    max_file_bytes: int = Field(1_000_000_000, ge=1, description="Largest file that is read, in bytes.")
    max_unzipped_bytes: int = Field(
        2_000_000_000, ge=1, description="Largest total size of an XLSX once unpacked, in bytes."
    )
    max_zip_ratio: int = Field(200, ge=1, description="Largest ratio of unpacked to packed size of an XLSX.")
    max_zip_entries: int = Field(5_000, ge=1, description="Most parts in the archive of an XLSX.")
    max_part_bytes: int = Field(
        50_000_000, ge=1, description="Largest part of an XLSX beside its sheets and shared texts, in bytes unpacked."
    )
    max_shared_texts: int = Field(5_000_000, ge=1, description="Most different texts of an XLSX.")
    max_rows: int = Field(5_000_000, ge=1, description="Most data rows of one file.")
    max_columns: int = Field(500, ge=1, description="Most columns of one file.")
    max_cells: int = Field(200_000_000, ge=1, description="Most cells of one file, which is rows times columns.")
    max_cell_chars: int = Field(1_000_000, ge=1, description="Longest text of one cell, in characters.")
    max_copy_rows: int = Field(100_000, ge=1, description="Most ad texts of one copy check.")
    max_copy_chars: int = Field(200_000, ge=1, le=200_000, description="Longest ad text, in characters.")
    max_problem_bytes: int = Field(100_000_000, ge=1, description="Largest problem file of the optimizer, in bytes.")
    max_problem_channels: int = Field(100_000, ge=1, description="Most channels of one problem file.")
    max_request_bytes: int = Field(50_000_000, ge=1, description="Largest HTTP request body, in bytes.")
    max_body_seconds: int = Field(120, ge=1, description="Longest time an HTTP request body may take to arrive.")
    stall_seconds: int = Field(10, ge=1, le=120, description="Longest rest of a client within a request or answer.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="From which level on the product writes events to its log; libraries from WARNING on."
    )
    password_length: int = Field(15, ge=8, le=64, description="Fewest characters of a password.")
    session_idle_minutes: int = Field(60, ge=1, le=1440, description="Rest after which a console session ends.")
    session_hours: int = Field(12, ge=1, le=24, description="Age at which a console session ends.")
    rate_per_key: str = Field("600/minute", description="Most requests of one key or session.")
    rate_per_address: str = Field("120/minute", description="Most requests of one address without a key or session.")
    rate_per_login: str = Field("10/minute;60/hour", description="Most log-in attempts under a name from one address.")
    rate_per_name: str = Field("60/minute;600/hour", description="Most log-in attempts under a name at all.")
    rate_storage: str = Field("process://", description="Where rates are counted; redis://… for several processes.")
    hosts: str = Field("", description="Names under which the console is reached, with commas; this machine's always.")
    trusted_proxies: int = Field(0, ge=0, le=5, description="TLS proxies in front; their X-Forwarded headers count.")
    wait_seconds: int = Field(20, ge=0, le=60, description="How long a request waits for long work before 202.")
    night_by: int = Field(8, ge=0, le=23, description="Hour of the day by which a night has run; then it is late.")
    probe_pages: bool = Field(False, description="Whether a night looks at landing pages; nothing else connects out.")
    probe_wait: bool = Field(True, description="Whether a night waits ten minutes to look again at a page that failed.")
    probe_seconds: int = Field(15, ge=1, le=60, description="Longest time that one look at a landing page may take.")
    probe_most: int = Field(500, ge=1, le=10_000, description="Most landing pages that one night looks at.")
    threads: int = Field(16, ge=4, le=256, description="Requests that are answered at once.")
    job_threads: int = Field(2, ge=1, le=16, description="How many pieces of long work run at once.")
    most_streams: int = Field(4, ge=0, le=64, description="How many progress streams are open at once.")
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
