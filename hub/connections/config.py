"""The connect form's answers, checked against the manifest's `[config.*]` fields."""

from collections.abc import Mapping

from connectors.base.manifest import ConfigField, Manifest
from hub.connections.errors import ConfigInvalid


def read_config(manifest: Manifest, form: Mapping[str, object]) -> dict[str, object]:
    """One value per field of the manifest. Raises `ConfigInvalid` naming the field."""
    return {name: _read(name, field, form.get(name)) for name, field in manifest.config.items()}


def _read(name: str, field: ConfigField, given: object) -> object:
    try:
        return _value(field, given)
    except ValueError as error:
        raise ConfigInvalid(f"{field.label} {error}", field=name) from error


def _value(field: ConfigField, given: object) -> object:
    text = str(given).strip() if given is not None else ""
    if field.type == "boolean":
        return text.lower() in {"on", "true", "1", "yes"}
    if not text:
        if field.required and field.default is None:
            raise ValueError("is required")
        return field.default
    if field.host:
        return _host(field, text)
    if field.type == "choice" and text not in field.choices:
        raise ValueError(f"must be one of {', '.join(field.choices)}")
    return _number(text) if field.type == "number" else text


def _host(field: ConfigField, text: str) -> str:
    name = field.host_in(text)
    if name is None:
        raise ValueError(f"must be one of {', '.join(field.allowed_hosts)}")
    return name


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError("must be a number") from error
