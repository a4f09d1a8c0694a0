"""Secrets at rest."""

from pathlib import Path

import pytest

from hub.kit.crypto import SealedValueError, new_master_key, vault_from


def test_a_sealed_secret_opens_with_the_same_key_and_context(tmp_path: Path) -> None:
    vault = vault_from(None, (), tmp_path / "master.key")

    assert vault.open(vault.seal(b"refresh-token", "connection:1"), "connection:1") == b"refresh-token"


def test_a_sealed_secret_moved_to_another_row_does_not_open(tmp_path: Path) -> None:
    vault = vault_from(None, (), tmp_path / "master.key")
    sealed = vault.seal(b"refresh-token", "connection:1")

    with pytest.raises(SealedValueError):
        vault.open(sealed, "connection:2")


def test_a_changed_sealed_secret_does_not_open(tmp_path: Path) -> None:
    vault = vault_from(None, (), tmp_path / "master.key")
    version, key_id, wrapped, ciphertext = vault.seal(b"refresh-token", "x").split(".")
    changed = ".".join([version, key_id, wrapped, ("A" if ciphertext[0] != "A" else "B") + ciphertext[1:]])

    with pytest.raises(SealedValueError):
        vault.open(changed, "x")


def test_a_previous_key_still_opens_what_it_sealed(tmp_path: Path) -> None:
    old_key, new_key = new_master_key(), new_master_key()
    sealed = vault_from(old_key, (), tmp_path / "k").seal(b"secret", "x")

    rotated = vault_from(new_key, (old_key,), tmp_path / "k")

    assert rotated.open(sealed, "x") == b"secret"
    assert rotated.seal(b"secret", "x").startswith(rotated.prefix)
    assert not sealed.startswith(rotated.prefix)
    with pytest.raises(SealedValueError, match="unknown key"):
        vault_from(new_key, (), tmp_path / "k").open(sealed, "x")


def test_the_key_file_is_private_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "data" / "master.key"

    first = vault_from(None, (), path)
    second = vault_from(None, (), path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert second.open(first.seal(b"s", "x"), "x") == b"s"


def test_a_malformed_master_key_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="new-master"):
        vault_from("too-short", (), tmp_path / "k")
