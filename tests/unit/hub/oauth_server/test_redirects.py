"""Which redirect addresses may be registered, and which match."""

import pytest

from hub.accounts.errors import DetailsInvalid
from hub.accounts.oauth_server.redirects import clean_redirect_uris, form_target, is_registered

GOOD = ["https://app.example.com/callback", "https://app.example.com:8443/cb?tenant=1", "http://127.0.0.1:8080/cb",
        "http://[::1]/cb", "http://localhost:3000/cb"]  # fmt: skip
BAD = ["", "callback", "//app.example.com/cb", "http://app.example.com/cb", "http://127.0.0.1.evil.example/cb",
       "https://app.example.com/cb#fragment", "https://user@app.example.com/cb", "https://*.example.com/cb",
       "https:///cb", "https://app.example.com/c b", "https://app.example.com/c\nb", 'https://app.example.com/"',
       "https://app.example.com\\@evil.example/", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd",
       "https://app.example.com:0/cb", "https://app.example.com:x/cb", "https://[::1", "https://\u00e9.example/cb",
       "https://app.example.com/" + "x" * 500]  # fmt: skip


@pytest.mark.parametrize("address", GOOD)
def test_https_and_this_machine_may_be_registered(address: str) -> None:
    assert clean_redirect_uris([f" {address} ", address], public=False) == [address]


@pytest.mark.parametrize("address", BAD)
@pytest.mark.parametrize("public", [True, False])
def test_anything_else_may_not(address: str, public: bool) -> None:
    with pytest.raises(DetailsInvalid):
        clean_redirect_uris([address], public=public)


def test_only_public_apps_have_schemes_of_their_own() -> None:
    address = "com.example.app:/callback"

    assert clean_redirect_uris([address], public=True) == [address]
    with pytest.raises(DetailsInvalid):
        clean_redirect_uris([address], public=False)


def test_there_are_not_too_many() -> None:
    with pytest.raises(DetailsInvalid):
        clean_redirect_uris([f"https://app.example.com/{number}" for number in range(11)], public=False)


@pytest.mark.parametrize(
    ("asked", "public", "matches"),
    [
        ("http://127.0.0.1:51004/cb", True, True),
        ("http://127.0.0.1/cb", True, True),
        ("http://127.0.0.1:51004/cb", False, False),
        ("http://127.0.0.1:51004/other", True, False),
        ("http://127.0.0.1:51004/cb?x=1", True, False),
        ("http://localhost:51004/cb", True, False),
        ("http://[::1]:51004/cb", True, False),
        ("http://127.0.0.1:51004@evil.example/cb", True, False),
        ("http://evil@127.0.0.1:51004/cb", True, False),
        ("http://127.0.0.1:99999999/cb", True, False),
        ("https://127.0.0.1:51004/cb", True, False),
    ],
)
def test_the_port_of_this_machine_counts_only_for_apps_with_a_secret(asked: str, public: bool, matches: bool) -> None:
    assert is_registered(asked, ["http://127.0.0.1:8080/cb"], any_loopback_port=public) is matches


def test_policies_name_the_origin_or_the_scheme() -> None:
    assert form_target("https://app.example.com:8443/cb?x=1") == "https://app.example.com:8443"
    assert form_target("com.example.app:/callback") == "com.example.app:"
