"""The document says everything, and what it once promised stays."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from hub.analysis.report import AnalysisReport
from hub.app import create_app
from hub.openapi import KEYLESS_PATHS
from hub.openapi_security import every_route
from hub.runtime import Runtime

PROMISED = Path(__file__).parents[4] / "docs" / "openapi.json"


@pytest.fixture
def client(runtime: Runtime) -> TestClient:
    return TestClient(create_app(runtime), client=("127.0.0.1", 50000))


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    return {(path, method): row for path, item in document["paths"].items() for method, row in item.items()}


def fields(document: dict[str, Any], answer: dict[str, Any]) -> set[str]:
    """The names of an answer's fields, references followed."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(schema.get("properties", {}))


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_every_call_names_its_key_its_errors_and_what_it_does(document: dict[str, Any]) -> None:
    for place, operation in operations(document).items():
        assert operation["description"], place
        assert operation["tags"], place
        if place[0] in KEYLESS_PATHS:
            continue
        assert operation["security"], place
        assert {"401", "403", "408", "422", "429", "500"} <= operation["responses"].keys(), place
        assert "409" in operation["responses"] or place[1] != "post", f"{place} may be repeated while it is under way"


def test_it_tells_of_every_address_that_programs_call(client: TestClient, document: dict[str, Any]) -> None:
    routes = {path for path, _ in every_route(client.app.routes)}  # type: ignore[attr-defined]  # FastAPI's own
    programs = {path for path in routes if re.match(r"/(v1/|\.well-known/|healthz|readyz|metrics)", path)}

    assert len(programs) > 50
    assert programs <= {*document["paths"], *document["x-websockets"]}


def test_a_report_shows_each_of_its_parts(document: dict[str, Any]) -> None:
    shown = document["paths"]["/v1/analyse/video"]["post"]["responses"]["200"]["content"]["application/json"]["example"]
    elsewhere = {"images", "face_count", "expression", "modalities", "watermark"}

    assert shown["result"].keys() == AnalysisReport.model_fields.keys() - elsewhere
    assert shown["result"].items() <= shown.items()


def test_calls_of_apps_name_the_errors_of_their_own_standard(document: dict[str, Any]) -> None:
    for path in ("/oauth/token", "/oauth/revoke", "/oauth/introspect"):
        responses = document["paths"][path]["post"]["responses"]
        assert {"400", "401", "413", "429", "500"} <= responses.keys(), path
        for status in responses.keys() - {"200"}:
            assert responses[status]["content"]["application/json"]["example"]["error"], (path, status)
        assert document["paths"][path]["post"]["security"], path


def test_a_clip_for_one_emotion_is_offered_no_options_that_have_no_effect(document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/emotion/discrete"]["post"]["requestBody"]["content"]

    assert content["application/json"]["schema"]["properties"].keys() == {"url", "model"}
    assert content["multipart/form-data"]["schema"]["properties"].keys() == {"file", "url", "model"}


def test_nothing_that_was_promised_is_missing(document: dict[str, Any]) -> None:
    """After an intended addition: `python -m hub.openapi > docs/openapi.json`."""
    promised = json.loads(PROMISED.read_text())
    now = operations(document)

    for place, before in operations(promised).items():
        assert place in now, f"{place} is gone"
        after = now[place]
        assert before["responses"].keys() <= after["responses"].keys(), place
        required = {row["name"] for row in after.get("parameters", ()) if row.get("required")}
        assert required <= {row["name"] for row in before.get("parameters", ())}, f"{place} asks for more"
        for status, answer in before["responses"].items():
            assert fields(promised, answer) <= fields(document, after["responses"][status]), (place, status)
    for name, before in promised["components"]["schemas"].items():
        after = document["components"]["schemas"].get(name, {})
        if name.endswith(("Request", "Change")):
            assert set(after.get("required", ())) <= set(before.get("required", ())), f"{name} asks for more"
        assert before.get("properties", {}).keys() <= after.get("properties", {}).keys(), f"{name} lost fields"


def test_the_page_for_people_needs_nothing_from_elsewhere(client: TestClient, document: dict[str, Any]) -> None:
    answer = client.get("/docs", headers={"Accept": "text/html"})

    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert re.findall(r'(?:src|href|action)="(?!/|#)', answer.text) == []
    for path, _ in operations(document):
        assert path in answer.text


def test_examples_fit_their_own_schemas(document: dict[str, Any]) -> None:
    from openapi_schema_validator import OAS31Validator
    from referencing import Registry, Resource

    registry: Any = Registry().with_resource("urn:api", Resource.opaque(document))
    for place, operation in operations(document).items():
        for status, answer in operation["responses"].items():
            body = answer.get("content", {}).get("application/json", {})
            if "example" not in body:
                continue
            schema = json.loads(json.dumps(body["schema"]).replace("#/components", "urn:api#/components"))
            problems = list(OAS31Validator(schema, registry=registry).iter_errors(body["example"]))
            assert problems == [], (place, status, problems[:1])


def test_every_call_shows_what_is_sent_what_is_answered_and_every_error(document: dict[str, Any]) -> None:
    for place, operation in operations(document).items():
        for status, answer in operation["responses"].items():
            shown = answer
            if "$ref" in answer:
                shown = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            for kind, content in shown.get("content", {}).items():
                assert "example" in content or "examples" in content, (place, status, kind)
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            assert kind == "multipart/form-data" or "example" in content, (place, kind)


def test_examples_of_bodies_fit_their_own_schemas(document: dict[str, Any]) -> None:
    from openapi_schema_validator import OAS31Validator
    from referencing import Registry, Resource

    registry: Any = Registry().with_resource("urn:api", Resource.opaque(document))
    for place, operation in operations(document).items():
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if "example" not in content:
                continue
            schema = json.loads(json.dumps(content["schema"]).replace("#/components", "urn:api#/components"))
            problems = list(OAS31Validator(schema, registry=registry).iter_errors(content["example"]))
            assert problems == [], (place, kind, problems[:1])
