"""What the person who runs Rollcall chooses, through variables of `make run`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localdev.apps import Host
from localdev.processes import StartFailure
from localdev.stack import ROOT

MAX_PORT = 65535

type Seed = Literal["demo", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """The choices; an empty variable is as good as none.

    Attributes:
        port: `PORT`; where the app listens.
        host: `HOST`; `func` for Core Tools instead of our host.
        memory: `MEMORY`; keep no data.
        seed: `SEED`; `none` for no demo tenant: one begins with the set-up.
        directory: `LOCAL_DIR`; the folder for data, logs, certificates and `run.json`.
        tables_url: `TABLES_URL`; a table service to use instead of an Azurite of our own.
        vault_url: `KEY_VAULT_URL`; a vault to use instead of the emulator.
        authorities: `CA_FILE`; a PEM file to trust for them.
        public_url: `PUBLIC_URL`; the URL that clients use, when it is another.
        app: `APP_DIR`; the folder of the function app.
    """

    port: int = 7071
    host: Host = "local"
    memory: bool = False
    seed: Seed = "demo"
    directory: Path = Path(".local")
    tables_url: str | None = None
    vault_url: str | None = None
    authorities: Path | None = None
    public_url: str | None = None
    app: Path = ROOT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "RunSettings":
        """Read the variables.

        Raises:
            StartFailure: One of them makes no sense.
        """
        authorities = environment.get("CA_FILE")
        if authorities and not Path(authorities).is_file():
            raise StartFailure(f"CA_FILE names no file: {authorities}")
        return cls(
            port=_port(environment.get("PORT") or "7071"),
            # Some shells export HOST with the name of the machine, so only one value means something.
            host="func" if environment.get("HOST") == "func" else "local",
            memory=(environment.get("MEMORY") or "0").lower() not in ("0", "false", "no"),
            seed=_seed(environment.get("SEED") or "demo"),
            directory=Path(environment.get("LOCAL_DIR") or ".local").absolute(),
            tables_url=environment.get("TABLES_URL") or None,
            vault_url=environment.get("KEY_VAULT_URL") or None,
            authorities=Path(authorities) if authorities else None,
            public_url=(environment.get("PUBLIC_URL") or "").rstrip("/") or None,
            app=Path(environment.get("APP_DIR") or ROOT).absolute(),
        )


def _seed(text: str) -> Seed:
    match text:
        case "demo" | "none":
            return text
    raise StartFailure(f"SEED must be demo or none, not {text!r}: make run SEED=none")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MAX_PORT:
        raise StartFailure(f"PORT must be a number from 1 to {MAX_PORT}, not {text!r}: make run PORT=7072")
    return int(text)
