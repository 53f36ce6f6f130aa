"""What the deployment tells the app."""

import pytest

from scim.settings import Settings, SettingsError

ENVIRONMENT = {
    "PUBLIC_URL": "https://scim.example/",
    "TABLES_URL": "https://account.table.core.windows.net",
    "KEY_VAULT_URL": "https://vault.vault.azure.net",
}


def test_the_scim_url_is_below_the_public_one():
    """R037."""
    assert Settings.from_environment(ENVIRONMENT).scim_base_url == "https://scim.example/ws/scim/v2"


@pytest.mark.parametrize("rest", ["?a=b", "#top", "?a=b#top"])
def test_the_public_url_has_no_query(rest):
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        Settings.from_environment(ENVIRONMENT | {"PUBLIC_URL": f"https://scim.example/{rest}"})


def test_every_missing_setting_is_named():
    with pytest.raises(SettingsError, match=r"PUBLIC_URL.*TABLES_URL.*KEY_VAULT_URL"):
        Settings.from_environment({})


def test_activities_are_kept_as_long_as_it_says():
    assert Settings.from_environment(ENVIRONMENT).activity_retention_days == 400
    assert Settings.from_environment(ENVIRONMENT | {"ACTIVITY_RETENTION_DAYS": "90"}).activity_retention_days == 90
    with pytest.raises(SettingsError, match="ACTIVITY_RETENTION_DAYS"):
        Settings.from_environment(ENVIRONMENT | {"ACTIVITY_RETENTION_DAYS": "1"})
