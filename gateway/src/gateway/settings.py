"""What an operator sets for the gateway: read once in `main`, from the environment or secret files, and passed in."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chassis.settings import SECRETS

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Settings(BaseSettings):
    """Names of variables are the fields in upper case; a file of that name in /run/secrets serves as well."""

    model_config = SettingsConfigDict(extra="ignore", secrets_dir=SECRETS if SECRETS.is_dir() else None)

    identity_private_key: SecretStr = Field(
        description="PEM, Ed25519: signs who the caller is, inward; services verify it"
    )
    portfolio_url: str | None = Field(default=None, description="http://portfolio:8000")
    finance_url: str | None = None
    strategy_url: str | None = None
    contracts: Path = Field(default=Path("contracts"), description="Folder of the checked-in contracts")

    clients_file: Path | None = Field(
        default=None, description="Registered clients; none may ask for tokens without it"
    )
    token_seconds: int = Field(default=900, ge=60, le=86_400, description="Lifetime of the gateway's own access tokens")
    oidc_issuer: str | None = Field(default=None, description="Identity provider whose tokens are believed")
    oidc_audience: str | None = Field(default=None, description="The audience that its tokens must name")
    oidc_roles_claim: str = Field(default="roles", description="Where the roles are; dots lead into objects")
    oidc_unit_claim: str = Field(default="unit", description="Where the customer id of a consumer's unit is")

    cors_origins: Annotated[list[str], NoDecode] = Field(default=[], description="Comma-separated; * for every origin")
    rate_limit: str = Field(default="12000 per minute", description="Per caller, as in: 100 per second")
    failures_limit: str = Field(default="20 per minute", description="Refused tokens and secrets, per address")
    connections: int = Field(default=100, ge=1, le=10_000, description="To each service")
    answer_seconds: float = Field(default=30, gt=0, le=3600, description="From request to complete answer")
    upload_seconds: float = Field(default=900, gt=0, le=86_400, description="The same, where a body is streamed")
    head_seconds: float = Field(default=10, gt=0, le=300, description="For a caller to send its header fields")
    trusted_proxies: str = Field(default="", description="Whose X-Forwarded-For is believed, comma-separated")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    otel_exporter_otlp_endpoint: str | None = None

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("oidc_issuer")
    @classmethod
    def _is_safe(cls, value: str | None) -> str | None:
        """Keys that decide who may do everything are not fetched in the clear, except on this machine."""
        if value:
            parts = urlsplit(value)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
                raise ValueError("the identity provider's address must begin with https://")
        return value

    @property
    def service_urls(self) -> dict[str, str]:
        """Service → base address, of those that are set."""
        given = {"portfolio": self.portfolio_url, "finance": self.finance_url, "strategy": self.strategy_url}
        return {name: url for name, url in given.items() if url}
