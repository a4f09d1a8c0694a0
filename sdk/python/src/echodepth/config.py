"""Where the hub is and with which key it is called."""

import os
import re
from dataclasses import dataclass, field

import httpx

from echodepth.errors import NotConfigured
from echodepth.version import __version__

_A_KEY = re.compile(r"[!-~]+")
DEFAULT_BASE_URL = "https://api.echodepth.ai"


@dataclass(frozen=True)
class Config:
    """`base_url` is without `/v1`."""

    base_url: str
    api_key: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.api_key}", "User-Agent": f"echodepth-python/{__version__}"}

    def stream_url(self, path: str) -> str:
        """The address of a WebSocket."""
        return f"ws{self.base_url.removeprefix('http')}{path}"


def configured(api_key: str | None, base_url: str | None) -> Config:
    """Arguments, or else ECHODEPTH_API_KEY and ECHODEPTH_BASE_URL. Raises `NotConfigured`."""
    key = (api_key or os.environ.get("ECHODEPTH_API_KEY", "")).strip()
    if not key:
        raise NotConfigured("There is no API key: pass api_key=..., or set ECHODEPTH_API_KEY.")
    if not _A_KEY.fullmatch(key):
        raise NotConfigured("The API key has a space, a line break or a letter that no key has: copy it again.")
    url = base_url or os.environ.get("ECHODEPTH_BASE_URL") or DEFAULT_BASE_URL
    if not url.startswith(("http://", "https://")):
        raise NotConfigured(f"The base URL must start with https:// or http://, not {url[:20]!r}.")
    try:
        httpx.URL(url)
    except httpx.InvalidURL as error:
        raise NotConfigured(f"The base URL is not an address: {error}.") from error
    return Config(url.rstrip("/").removesuffix("/v1"), key)
