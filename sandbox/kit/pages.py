"""Rendering pages: Jinja2 with autoescape, looking in the provider's folder first and in the kit's second."""

import re
from datetime import UTC
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.responses import HTMLResponse

from sandbox.kit.clock import parse_iso

PACKAGE = Path(__file__).parent.parent
KIT_TEMPLATES = Path(__file__).parent / "templates"
CONTENT_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'"


class Pages:
    """The pages of one provider's folder."""

    def __init__(self, folder: Path | None = None) -> None:
        folders = [folder / "templates"] if folder else []
        self._environment = Environment(loader=FileSystemLoader([*folders, KIT_TEMPLATES]), autoescape=True)
        self._environment.globals["areas"] = simulator_folders()
        self._environment.filters |= {"words": words, "size": size, "when": when}

    def render(self, name: str, context: dict[str, Any], status_code: int = 200) -> HTMLResponse:
        """A page that loads nothing from elsewhere."""
        html = self._environment.get_template(name).render(context)
        return HTMLResponse(html, status_code=status_code, headers={"Content-Security-Policy": CONTENT_SECURITY})


def words(name: str) -> str:
    """`OpportunityContactRoles` and `active_speaker` as people write them."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ")
    return spaced[:1].upper() + spaced[1:].lower() if " " in spaced else spaced


def size(count: int) -> str:
    """Bytes for reading."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def when(instant: str) -> str:
    """An ISO instant for reading, in UTC."""
    return parse_iso(instant).astimezone(UTC).strftime("%d %b %Y, %H:%M:%S UTC")


def simulator_folders() -> list[str]:
    """The names of the folders that hold a simulator."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/simulator.py") if path.parent != PACKAGE / "kit")
