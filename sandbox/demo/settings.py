"""Where the demo runs, and what the hub is told."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.hubspot.account import REGISTRATION as HUBSPOT
from sandbox.kit.oauth.rules import Registration
from sandbox.salesforce.org import REGISTRATION as SALESFORCE
from sandbox.slack.team import REGISTRATION as SLACK
from sandbox.slack.team import SIGNING_SECRET
from sandbox.teams.tenant import REGISTRATION as TEAMS
from sandbox.zoom.account import REGISTRATION as ZOOM
from sandbox.zoom.account import WEBHOOK_SECRET

TEAMS_CLIENT_STATE_KEY = "demo-teams-webhook-secret"
"""What the hub derives its subscriptions' client states from; Microsoft never learns it."""


@dataclass(frozen=True)
class App:
    """One provider's app as the hub's operator enters it. `hosts` maps to paths below the simulators' address."""

    registration: Registration
    hosts: Mapping[str, str]
    webhook_secret: str = ""


APPS: Mapping[str, App] = {
    "ZOOM": App(ZOOM, {"WEB": "/zoom", "API": "/zoom/v2"}, WEBHOOK_SECRET),
    "TEAMS": App(TEAMS, {"LOGIN": "/microsoft/login", "API": "/microsoft/graph/v1.0"}, TEAMS_CLIENT_STATE_KEY),
    "SALESFORCE": App(SALESFORCE, {"LOGIN": ""}),
    "HUBSPOT": App(HUBSPOT, {"WEB": "/hubspot", "API": "/hubspot/api"}),
    "SLACK": App(SLACK, {"WEB": "/slack", "API": "/slack/api"}, SIGNING_SECRET),
}


@dataclass(frozen=True)
class DemoSettings:
    """Ports and directories of one demo. `hub_directory` is the hub's own."""

    hub_port: int
    sandbox_port: int
    directory: Path
    hub_directory: Path

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
        return self.hub_directory / "first-run-link"

    def sandbox_environment(self) -> dict[str, str]:
        """For `python -m sandbox`."""
        own = {"SANDBOX_PORT": str(self.sandbox_port), "SANDBOX_DATA_DIR": str(self.directory / "sandbox")}
        return dict(os.environ) | own

    def hub_environment(self) -> dict[str, str]:
        """For `hub serve`: nothing of the operator's own hub, and every provider at the simulators."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        own = {
            "HUB_PORT": str(self.hub_port),
            "HUB_DATA_DIR": str(self.hub_directory),
            "HUB_ALLOW_PRIVATE_WEBHOOK_TARGETS": "1",
            "HUB_ANALYSES_AT_ONCE": "2",
        }
        return kept | own | app_environment(self.sandbox_url)


def app_environment(base_url: str) -> dict[str, str]:
    """The variables that tell a hub its apps, with every provider at the simulators under `base_url`."""
    told: dict[str, str] = {}
    for name, app in APPS.items():
        prefix = f"HUB_OAUTH_APPS__{name}"
        told[f"{prefix}__CLIENT_ID"] = app.registration.client_id
        told[f"{prefix}__CLIENT_SECRET"] = app.registration.client_secret
        told |= {f"{prefix}__HOSTS__{host}": f"{base_url}{path}" for host, path in app.hosts.items()}
        if app.webhook_secret:
            told[f"{prefix}__WEBHOOK_SECRET"] = app.webhook_secret
    return told


def demo_settings() -> DemoSettings:
    """From `HUB_PORT`, `SANDBOX_PORT`, `HUB_DATA_DIR` (the hub's own directory) and `DEMO_DIR` (all the rest)."""
    given = os.environ.get("HUB_DATA_DIR")
    directory = Path(os.environ.get("DEMO_DIR") or (Path(given) / "demo" if given else "var/demo")).absolute()
    return DemoSettings(
        hub_port=int(os.environ.get("HUB_PORT", "8000")),
        sandbox_port=int(os.environ.get("SANDBOX_PORT", "8100")),
        directory=directory,
        hub_directory=Path(given).absolute() if given else directory / "hub",
    )
