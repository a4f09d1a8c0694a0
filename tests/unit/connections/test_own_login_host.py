"""A connection may sign in at an address of its own: a Salesforce sandbox, or a company's My Domain."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from connectors import registry
from hub.accounts.models import Organisation
from hub.connections.config import read_config
from hub.connections.errors import ConfigInvalid
from hub.connections.service.endpoint import token_endpoint
from hub.connections.service.start import start_connecting
from hub.runtime import Runtime
from hub.settings import OAuthApp

SALESFORCE = registry.manifest("salesforce")
MY_DOMAIN = "northwind.my.salesforce.com"


@pytest.fixture
def hub(runtime: Runtime) -> Runtime:
    app = OAuthApp(client_id="app", client_secret=SecretStr("secret"))
    return replace(runtime, settings=runtime.settings.model_copy(update={"oauth_apps": {"salesforce": app}}))


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("", None),
        (MY_DOMAIN, MY_DOMAIN),
        (f"  https://{MY_DOMAIN.upper()}/lightning/page/home?x=1 ", MY_DOMAIN),
        (f"{MY_DOMAIN}.", MY_DOMAIN),
        ("northwind--uat.sandbox.my.salesforce.com", "northwind--uat.sandbox.my.salesforce.com"),
        ("test.salesforce.com", "test.salesforce.com"),
    ],
)
def test_what_people_type_or_paste_is_understood(typed: str, host: str | None) -> None:
    assert read_config(SALESFORCE, {"login": typed}) == {"login": host}


@pytest.mark.parametrize(
    "typed",
    [
        "northwind", "evil.example", "my.salesforce.com.evil.example", "evilmy.salesforce.com", ".my.salesforce.com",
        "evil.example\\.my.salesforce.com", "evil.example#.my.salesforce.com", "evil.example/.my.salesforce.com",
        f"{MY_DOMAIN}@evil.example", "https://[::1", "127.0.0.1",
        "northwind.lightning.force.com", "a b.my.salesforce.com",
    ],
)  # fmt: skip
def test_our_secret_goes_to_no_other_host(typed: str) -> None:
    with pytest.raises(ConfigInvalid, match="My Domain or sandbox must be one of") as refused:
        read_config(SALESFORCE, {"login": typed})

    assert refused.value.field == "login"


def test_consent_renewal_and_revocation_all_go_to_the_chosen_host(hub: Runtime) -> None:
    organisation = Organisation(name="Northwind", created_at=hub.clock())
    with hub.database.transaction() as session:
        session.add(organisation)
    config = {"login": MY_DOMAIN}

    consent = start_connecting(
        hub, organisation_id=organisation.id, session_id="s", provider="salesforce", config=config
    )
    provider = token_endpoint(hub.settings, "salesforce", config).provider

    addresses = (consent, provider.token_url, provider.revoke_url or "", SALESFORCE.hosts_with({}, config)["login"])
    assert {urlsplit(address).netloc for address in addresses} == {MY_DOMAIN}


def test_without_an_answer_the_operators_address_stays(hub: Runtime) -> None:
    by_operator = {"login": "https://test.salesforce.com"}

    assert SALESFORCE.hosts_with(by_operator, {"login": None}) == by_operator
    assert SALESFORCE.hosts_with(by_operator) == by_operator
    assert SALESFORCE.hosts_with(by_operator, {"login": MY_DOMAIN}) == {"login": f"https://{MY_DOMAIN}"}
