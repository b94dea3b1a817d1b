"""The data folder of a single machine: secrets and log-ins that the scripts made, readable by their owner alone."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataFolder:
    """`secrets.json` in the folder holds what the program drew for itself on first start."""

    path: Path

    @property
    def secrets_file(self) -> Path:
        return self.path / "secrets.json"

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.secrets_file.read_text()))
        except FileNotFoundError:
            return {}

    def secret(self, name: str) -> str:
        """The secret `name`: 32 random bytes in hex, drawn on first use and kept."""
        found = self._read().get(name)
        if found:
            return found
        return self.keep(name, secrets.token_hex(32))

    def url(self, name: str) -> str:
        """A database log-in that the scripts kept, or a name that cannot connect and says so."""
        return self._read().get(name) or "postgresql:///drive_not_set_up"

    def keep(self, name: str, value: str) -> str:
        """Keep `value` under `name`; the file is replaced whole, so a crash leaves the old or the new one."""
        self.path.mkdir(parents=True, exist_ok=True)
        kept = self._read() | {name: value}
        temporary = self.secrets_file.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(kept, file, indent=1)
        temporary.replace(self.secrets_file)
        return value
