"""What a provider's card says to whoever sets its app up."""

from dataclasses import replace

from fastapi import FastAPI
from pydantic import SecretStr

from hub.accounts.sessions import Member
from hub.runtime import Runtime
from hub.settings import OAuthApp
from tests.unit.hub.console.conftest import browser_with


def test_addresses_and_variables_stand_on_each_card_for_admins(
    app: FastAPI, runtime: Runtime, owner: tuple[str, Member], plain_member: str
) -> None:
    zoom = OAuthApp(client_id="id-1", client_secret=SecretStr("geheim"), webhook_secret=SecretStr("leise"))
    update = {"oauth_apps": {"zoom": zoom}, "public_url": "http://hub.example"}
    app.state.runtime = replace(runtime, settings=runtime.settings.model_copy(update=update))

    shown = " ".join(browser_with(app, owner[0]).get("/connections").text.split())

    for address in ("oauth/zoom/callback", "hooks/zoom", "oauth/salesforce/callback", "hooks/teams"):
        assert f">http://hub.example/{address}</code>" in shown
    assert "http://hub.example/hooks/salesforce" not in shown
    assert 'HUB_OAUTH_APPS__ZOOM__WEBHOOK_SECRET</code> <span class="muted">set<' in shown
    assert 'HUB_OAUTH_APPS__SLACK__WEBHOOK_SECRET</code> <span class="muted">not set<' in shown
    assert "HUB_OAUTH_APPS__TEAMS__WEBHOOK_KEYS" in shown
    assert not [secret for secret in ("geheim", "leise", "id-1") if secret in shown]
    assert "HUB_OAUTH_APPS" not in browser_with(app, plain_member).get("/connections").text
