"""A manifest that could not work is refused with its file and the reason."""

from pathlib import Path

import pytest

from connectors.base.manifest import ManifestError, load_manifest

GOOD = """
id = "quill"
name = "Quill"
category = "meetings"
capabilities = ["source"]
[hosts]
api = "https://api.quill.example/v1/"
[oauth]
authorize_url = "{api}/authorize"
token_url = "{api}/token"
account = { team = "team.id" }
[[oauth.scopes]]
name = "calls.read"
reason = "To read recorded calls."
[webhook.signature]
header = "x-sig"
timestamp_header = "x-time"
template = "{timestamp}.{body}"
[config.size]
label = "Size"
type = "choice"
choices = ["small", "large"]
"""


def load(tmp_path: Path, text: str) -> object:
    folder = tmp_path / "quill"
    folder.mkdir(exist_ok=True)
    (folder / "manifest.toml").write_text(text)
    return load_manifest(folder / "manifest.toml")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "quill"', 'id = "quilt"', "differs from the folder"),
        ('id = "quill"', 'id = "Quill Cast"', "id"),
        ('"https://api', '"http://api', "plain http"),
        ("{api}/token", "{auth}/token", "auth"),
        ('["source"]', '["telepathy"]', "capabilities"),
        ("{timestamp}.{body}", "{body}", "go together"),
        ("{timestamp}.{body}", "{timestamp}", "cover the {body}"),
        ("{timestamp}.{body}", "{timestamp}{body}{nonce}", "nonce"),
        ('choices = ["small", "large"]', "", "choices"),
        ('name = "Quill"', 'name = "Quill"\ncolour = "red"', "colour"),
        ('reason = "To read recorded calls."', 'reason = ""', "reason"),
        ("[hosts]", "[hosts", "TOML"),
    ],
)
def test_a_bad_manifest_is_refused_with_file_and_reason(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in GOOD

    with pytest.raises(ManifestError, match="(?i)" + reason.replace("{", r"\{")) as raised:
        load(tmp_path, GOOD.replace(old, new))

    assert "manifest.toml" in str(raised.value)


def test_hosts_are_replaced_by_the_operator_but_never_by_plain_http_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "quill"
    folder.mkdir()
    (folder / "manifest.toml").write_text(GOOD)
    manifest = load_manifest(folder / "manifest.toml")

    assert manifest.hosts_with({}) == {"api": "https://api.quill.example/v1"}
    assert manifest.oauth_provider({"api": "http://127.0.0.1:9/q"}).token_url == "http://127.0.0.1:9/q/token"
    for bad in ({"api": "http://quill.internal"}, {"web": "https://quill.example"}, {"api": "quill"}):
        with pytest.raises(ManifestError):
            manifest.hosts_with(bad)


def test_account_facts_are_found_by_path_and_missing_ones_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "quill"
    folder.mkdir()
    (folder / "manifest.toml").write_text(GOOD)
    manifest = load_manifest(folder / "manifest.toml")

    assert manifest.account_facts({"team": {"id": 7}}) == {"team": "7"}
    assert manifest.account_facts({"team": None}) == {}
    assert manifest.account_facts({"team": "text"}) == {}
