"""What the deployment tells the app, read once from the environment."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, field_validator

from scim.domain.activity_log import DEFAULT_RETENTION


class Settings(BaseModel):
    """The app's settings. None of them is secret: the app has a managed identity, and no keys."""

    model_config = ConfigDict(frozen=True)

    public_url: HttpUrl = Field(
        alias="PUBLIC_URL",
        description="The native host name of the deployment, as clients reach it: the base of every absolute link.",
    )
    tables_url: HttpUrl = Field(
        alias="TABLES_URL", description="The table endpoint of the storage account that holds the directory."
    )
    key_vault_url: HttpUrl = Field(
        alias="KEY_VAULT_URL", description="The Key Vault that holds the digests of provisioning tokens."
    )
    managed_identity_client_id: str | None = Field(
        alias="AZURE_CLIENT_ID",
        default=None,
        description="The client id of the user-assigned identity; none for the system-assigned one.",
    )

    backup_container_url: HttpUrl | None = Field(
        alias="BACKUP_CONTAINER_URL",
        default=None,
        description="The container of blobs into which all tables are copied every night; none for no backups.",
    )

    local_identity_providers: bool = Field(
        alias="LOCAL_IDENTITY_PROVIDERS",
        default=False,
        description="Whether people may sign in at identity providers on the app's own machine. For local runs only.",
    )

    activity_retention_days: int = Field(
        alias="ACTIVITY_RETENTION_DAYS",
        default=DEFAULT_RETENTION.days,
        ge=31,
        le=3660,
        description="How many days activities are kept at least; they go by whole months.",
    )

    security_contact: str | None = Field(
        alias="SECURITY_CONTACT",
        default=None,
        pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)$",
        description="Where holes are to be reported, for security.txt: an address that begins with mailto: or https:.",
    )

    application_insights: str | None = Field(
        alias="APPLICATIONINSIGHTS_CONNECTION_STRING",
        default=None,
        description="Where telemetry goes; none for nowhere. It holds an instrumentation key, which lets nobody in.",
    )

    @field_validator(
        "managed_identity_client_id", "security_contact", "application_insights", "backup_container_url", mode="before"
    )
    @classmethod
    def _empty_is_none(cls, value: str | None) -> str | None:
        return value or None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings.

        Args:
            environment: Usually `os.environ`.

        Raises:
            SettingsError: Names every setting that is missing or malformed, at once.
        """
        try:
            return cls.model_validate(environment)
        except ValidationError as error:
            problems = "; ".join(f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors())
            raise SettingsError(f"The app's settings are incomplete. {problems}") from None

    @field_validator("public_url")
    @classmethod
    def _has_no_query(cls, url: HttpUrl) -> HttpUrl:
        """RFC 7644 §1.3: paths are put behind it."""
        if url.query or url.fragment:
            raise ValueError("must have neither a query nor a fragment")
        return url

    @property
    def scim_base_url(self) -> str:
        """What administrators paste into their identity provider (R037)."""
        return f"{str(self.public_url).rstrip('/')}/ws/scim/v2"


class SettingsError(Exception):
    """The environment lacks settings, or has malformed ones."""
