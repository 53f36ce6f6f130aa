"""`run.json`: where everything is, and what opens it; readable by its owner alone."""

import json
import os
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Any]:
    """What the start before this one wrote; nothing without one."""
    if not path.exists():
        return {}
    known: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return known


def write(path: Path, content: object) -> None:
    """Write it anew."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    path.chmod(0o600)
