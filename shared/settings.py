"""Every environment variable that a service reads, in one frozen class."""

from pathlib import Path

from pydantic import AmqpDsn, Field, PostgresDsn, TypeAdapter
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS_FOLDER = Path("/run/secrets")


class Settings(BaseSettings):
    """What one service needs to know to start; secrets may be files in /run/secrets."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str
    amqp_url: str
    home: Path | None = Field(default=None, validation_alias="COFFER_HOME")
    demo: bool = Field(default=False, validation_alias="COFFER_DEMO")
    health_port: int = Field(default=0, ge=0, le=65_535, validation_alias="COFFER_HEALTH_PORT")
    worker: int = Field(default=0, ge=0, le=15, validation_alias="COFFER_LEDGER_WORKER")
    workers: int = Field(default=1, ge=1, le=16, validation_alias="COFFER_LEDGER_WORKERS")
    remember_days: int = Field(
        default=90, ge=1, le=3_650, validation_alias="COFFER_LEDGER_REMEMBER_DAYS"
    )
    adjustment_credits: int = Field(
        default=1_000, ge=0, le=10**12, validation_alias="COFFER_LEDGER_ADJUSTMENT_CREDITS"
    )
    copy_stale_seconds: int = Field(
        default=60, ge=1, le=86_400, validation_alias="COFFER_COPY_STALE_SECONDS"
    )
    delivery_log: Path | None = Field(default=None, validation_alias="COFFER_DELIVERY_LOG")


def settings_for(service: str) -> Settings:
    """Read a service's settings; a missing or bad one is a ValidationError that names it."""
    secrets = SECRETS_FOLDER if SECRETS_FOLDER.is_dir() else None
    settings = Settings(_env_prefix=f"COFFER_{service.upper()}_", _secrets_dir=secrets)
    TypeAdapter(PostgresDsn).validate_python(settings.database_url)
    TypeAdapter(AmqpDsn).validate_python(settings.amqp_url)
    return settings
