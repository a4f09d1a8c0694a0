"""Where the demo runs, and what the hub is told."""

import os
from dataclasses import dataclass
from pathlib import Path

from sandbox.salesforce.org import REGISTRATION as SALESFORCE
from sandbox.slack.team import REGISTRATION as SLACK
from sandbox.slack.team import SIGNING_SECRET
from sandbox.zoom.account import REGISTRATION as ZOOM
from sandbox.zoom.account import WEBHOOK_SECRET


@dataclass(frozen=True)
class DemoSettings:
    """Ports and directory of one demo."""

    hub_port: int
    sandbox_port: int
    directory: Path

    @property
    def hub_url(self) -> str:
        """The hub's address."""
        return f"http://127.0.0.1:{self.hub_port}"

    @property
    def sandbox_url(self) -> str:
        """The simulators' address."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def first_run_file(self) -> Path:
        """Where the hub leaves its one-time link."""
        return self.directory / "hub" / "first-run-link"

    def sandbox_environment(self) -> dict[str, str]:
        """For `python -m sandbox`."""
        own = {"SANDBOX_PORT": str(self.sandbox_port), "SANDBOX_DATA_DIR": str(self.directory / "sandbox")}
        return dict(os.environ) | own

    def hub_environment(self) -> dict[str, str]:
        """For `hub serve`: nothing of the operator's own hub, and every provider at the simulators."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        base = self.sandbox_url
        hosts = {
            "ZOOM": {"WEB": f"{base}/zoom", "API": f"{base}/zoom/v2"},
            "SALESFORCE": {"LOGIN": base},
            "SLACK": {"WEB": f"{base}/slack", "API": f"{base}/slack/api"},
        }
        own = {
            "HUB_PORT": str(self.hub_port),
            "HUB_DATA_DIR": str(self.directory / "hub"),
            "HUB_ALLOW_PRIVATE_WEBHOOK_TARGETS": "1",
            "HUB_OAUTH_APPS__ZOOM__WEBHOOK_SECRET": WEBHOOK_SECRET,
            "HUB_OAUTH_APPS__SLACK__WEBHOOK_SECRET": SIGNING_SECRET,
        }
        for name, registration in (("ZOOM", ZOOM), ("SALESFORCE", SALESFORCE), ("SLACK", SLACK)):
            own[f"HUB_OAUTH_APPS__{name}__CLIENT_ID"] = registration.client_id
            own[f"HUB_OAUTH_APPS__{name}__CLIENT_SECRET"] = registration.client_secret
            own |= {f"HUB_OAUTH_APPS__{name}__HOSTS__{host}": url for host, url in hosts[name].items()}
        return kept | own


def demo_settings() -> DemoSettings:
    """From `HUB_PORT`, `SANDBOX_PORT` and `DEMO_DIR`."""
    return DemoSettings(
        hub_port=int(os.environ.get("HUB_PORT", "8000")),
        sandbox_port=int(os.environ.get("SANDBOX_PORT", "8100")),
        directory=Path(os.environ.get("DEMO_DIR", "var/demo")).absolute(),
    )
