"""An address that came in a token answer is called later, with the token: it must be the provider's, out there."""

import pytest

from connectors import registry
from connectors.base.errors import RequestRejected
from hub.connections.facts import account_facts

SALESFORCE = registry.manifest("salesforce")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://169.254.169.254/latest",
        "https://10.0.0.8",
        "https://[::1]",
        "https://[::ffff:10.0.0.8]",
        "http://harbourlight.my.salesforce.com",
        "https://user:secret@harbourlight.my.salesforce.com",
        "file:///etc/passwd",
        "harbourlight",
    ],
)
def test_an_address_inside_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(RequestRejected) as raised:
        account_facts(SALESFORCE, SALESFORCE.hosts, {"instance_url": url})

    assert raised.value.code == "instance_url"
    assert "secret" not in raised.value.message


def test_an_address_out_there_is_kept() -> None:
    url = "https://harbourlight.my.salesforce.com"

    assert account_facts(SALESFORCE, SALESFORCE.hosts, {"instance_url": url}) == {"instance_url": url}
    assert account_facts(SALESFORCE, SALESFORCE.hosts, {}) == {}


def test_a_provider_that_is_simulated_here_may_be_here() -> None:
    hosts = {"login": "http://127.0.0.1:9000/salesforce"}

    assert account_facts(SALESFORCE, hosts, {"instance_url": "http://127.0.0.1:9000/salesforce"})
