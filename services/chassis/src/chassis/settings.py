"""What an operator sets for a service: read once in `main`, from environment or secret files, and passed in."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = Path("/run/secrets")


class Settings(BaseSettings):
    """Names of variables are the fields in upper case; a file of that name in /run/secrets serves as well."""

    model_config = SettingsConfigDict(extra="ignore", secrets_dir=SECRETS if SECRETS.is_dir() else None)

    database_url: SecretStr = Field(description="PostgreSQL DSN of this service's own database and role")
    amqp_url: SecretStr | None = Field(default=None, description="RabbitMQ; needed to work, not to serve")
    identity_public_key: str | None = Field(
        default=None, description="PEM, Ed25519: whose identity tokens are believed; several while keys change"
    )
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    database_pool_size: int = Field(default=10, ge=1, le=200)
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    outbox_retention_days: int = Field(default=90, ge=1, le=3650)
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None, description="Where traces go; none are sent without it"
    )
