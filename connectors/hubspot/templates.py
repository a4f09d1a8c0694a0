"""Makes the app's timeline event templates, once: `python -m connectors.hubspot.templates --app-id 305117`.

Templates belong to the app and need its developer key, which is read from `HUBSPOT_DEVELOPER_KEY`.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from hubspot import HubSpot

from connectors.base.errors import ConnectorError
from connectors.hubspot.api import proxy_for
from connectors.hubspot.errors import translated
from connectors.hubspot.mapping import FIGURE_TYPES
from connectors.hubspot.timeline import TIMELINE_EVENT, template

_TIMEOUT_S = (10.0, 60.0)


def make_templates(host: str, app_id: int, developer_key: str) -> dict[str, str]:
    """The id of each template as a destination's mapping takes it; those that are there already are kept.

    Raises the errors of `connectors.base.errors`: `AuthorizationLost` for a wrong key.
    """
    api = HubSpot(api_key=developer_key, host=host, proxy=proxy_for(host)).crm.timeline.templates_api
    there = {(row["objectType"].lower(), row["name"]): str(row["id"]) for row in _call(api.get_all, app_id)["results"]}
    found = {}
    for record_type in FIGURE_TYPES:
        wanted = template(record_type)
        known = there.get((wanted["objectType"], wanted["name"]))
        found[f"{record_type}.{TIMELINE_EVENT}"] = known or str(_call(api.create, app_id, wanted)["id"])
    api.api_client.rest_client.pool_manager.clear()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the ids as JSON; the exit status is 1 when HubSpot refuses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--app-id", type=int, required=True)
    parser.add_argument("--api", default="https://api.hubapi.com", help="address of HubSpot's API")
    options = parser.parse_args(arguments)
    key = os.environ.get("HUBSPOT_DEVELOPER_KEY", "")
    if not key:
        parser.error("set HUBSPOT_DEVELOPER_KEY to the developer account's key")
    try:
        found = make_templates(options.api, options.app_id, key)
    except ConnectorError as error:
        sys.stderr.write(f"HubSpot refused: {error}\n")
        return 1
    sys.stdout.write(f"{json.dumps(found, indent=2)}\n")
    return 0


def _call(method: Any, *arguments: Any) -> Any:
    with translated():
        answer = method(*arguments, _preload_content=False, _request_timeout=_TIMEOUT_S)
        return json.loads(answer.data)


if __name__ == "__main__":
    sys.exit(main())
