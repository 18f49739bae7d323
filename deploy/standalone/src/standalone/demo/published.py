"""The folder of published data: files, the totals that were published with them, and our mappings for them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

Row = dict[str, str]

YEAR = {"starts_on": "2023-04-01", "ends_on": "2024-04-01"}


@dataclass(frozen=True)
class Published:
    folder: Path

    @property
    def provider(self) -> Path:
        return self.folder / "shared-services-canada"

    def read(self, name: str) -> bytes:
        """A file of the provider."""
        return (self.provider / name).read_bytes()

    def rows(self, name: str) -> Iterator[Row]:
        return csv.DictReader(io.StringIO(self.read(name).decode("utf-8-sig")))

    @property
    def expected(self) -> dict[str, Any]:
        totals: dict[str, Any] = json.loads(self.read("expected.json"))
        return totals

    @property
    def projects(self) -> bytes:
        return (self.folder / "canada-it-projects" / "gc-it-projects-2022.csv").read_bytes()

    @property
    def cloud_bill(self) -> bytes:
        return (self.folder / "focus-samples" / "real-focus-1.0" / "focus_sample_1000.csv").read_bytes()

    @property
    def cloud_totals(self) -> dict[str, Any]:
        text = (self.folder / "focus-samples" / "real-focus-1.0" / "expected_totals.json").read_text()
        totals: dict[str, Any] = json.loads(text)
        return totals


def mapping(name: str, **values: str) -> dict[str, Any]:
    """One of our mappings; `{…}` in it stands for a value."""
    text = files(__package__).joinpath("mappings", f"{name}.json").read_text(encoding="utf-8")
    for placeholder, value in values.items():
        text = text.replace("{" + placeholder + "}", value)
    read: dict[str, Any] = json.loads(text)
    return read
