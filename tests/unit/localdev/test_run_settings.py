"""What `make run` takes from its variables."""

from pathlib import Path

import pytest

from localdev.processes import StartFailure
from localdev.settings import RunSettings
from localdev.stack import ROOT


def test_the_defaults_hold_without_variables_and_with_empty_ones():
    names = (
        "PORT",
        "HOST",
        "MEMORY",
        "SEED",
        "LOCAL_DIR",
        "TABLES_URL",
        "KEY_VAULT_URL",
        "CA_FILE",
        "PUBLIC_URL",
        "APP_DIR",
    )
    for environment in ({}, dict.fromkeys(names, "")):
        assert RunSettings.from_environment(environment) == RunSettings(directory=Path(".local").absolute(), app=ROOT)


def test_every_variable_is_heard(tmp_path):
    authorities = tmp_path / "ca.pem"
    authorities.touch()
    settings = RunSettings.from_environment(
        {
            "PORT": "8080",
            "HOST": "func",
            "MEMORY": "1",
            "SEED": "none",
            "LOCAL_DIR": str(tmp_path),
            "TABLES_URL": "https://tables",
            "KEY_VAULT_URL": "https://vault",
            "CA_FILE": str(authorities),
            "PUBLIC_URL": "https://scim.example/",
            "APP_DIR": str(tmp_path),
        }
    )

    assert settings == RunSettings(
        port=8080,
        host="func",
        memory=True,
        seed="none",
        directory=tmp_path,
        tables_url="https://tables",
        vault_url="https://vault",
        authorities=authorities,
        public_url="https://scim.example",
        app=tmp_path,
    )


def test_the_name_of_a_machine_in_host_means_nothing():
    assert RunSettings.from_environment({"HOST": "my-laptop"}).host == "local"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "7071 "])
def test_a_port_that_is_none_is_refused_in_one_sentence(port):
    with pytest.raises(StartFailure, match=r"^PORT must be a number from 1 to 65535, not .*$"):
        RunSettings.from_environment({"PORT": port})


def test_a_seed_that_is_none_is_refused_in_one_sentence():
    with pytest.raises(StartFailure, match=r"^SEED must be demo or none, not 'nothing': make run SEED=none$"):
        RunSettings.from_environment({"SEED": "nothing"})


def test_a_certificate_file_that_is_missing_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(StartFailure, match=r"^CA_FILE names no file: .*$"):
        RunSettings.from_environment({"CA_FILE": str(tmp_path / "none.pem")})
