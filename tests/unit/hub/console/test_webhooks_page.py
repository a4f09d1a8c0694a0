"""Webhook endpoints can be changed, and a rotation says what it ends."""

from starlette.testclient import TestClient

from hub.accounts.sessions import Member
from hub.deliveries import service
from hub.deliveries.models import WebhookEndpoint
from hub.runtime import Runtime

OLD, NEW = "https://bi.example.com/in", "https://data.example.com/in"
Owner = tuple[str, Member]


def test_an_endpoint_s_address_and_events_are_changed_and_its_secret_stays(
    browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    row, _ = _endpoint(runtime, owner)
    form = {"url": NEW, "description": "BI", "event_types": "analysis.completed"}

    browser_of_owner.post(f"/webhooks/{row.id}/change", data={**form, "csrf_token": owner[1].csrf_token})

    [stored] = service.list_endpoints(runtime, owner[1].organisation_id)
    assert (stored.url, stored.description, stored.event_types) == (NEW, "BI", ["analysis.completed"])
    assert stored.secrets == row.secrets


def test_an_address_that_is_not_allowed_is_told_beside_the_endpoint(
    browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    row, _ = _endpoint(runtime, owner)
    form = {"url": "http://127.0.0.1/in", "csrf_token": owner[1].csrf_token}

    answer = browser_of_owner.post(f"/webhooks/{row.id}/change", data=form)

    assert answer.status_code == 422
    assert f'id="{row.id}-url-hint" role="alert"' in answer.text
    assert service.list_endpoints(runtime, owner[1].organisation_id)[0].url == OLD


def test_rotating_a_secret_is_asked_about_first(browser_of_owner: TestClient, runtime: Runtime, owner: Owner) -> None:
    row, _ = _endpoint(runtime, owner)

    page = browser_of_owner.get("/webhooks").text

    assert f'action="/webhooks/{row.id}/rotate" data-confirm="Make a new secret?' in page


def _endpoint(runtime: Runtime, owner: Owner) -> tuple[WebhookEndpoint, str]:
    member = owner[1]
    return service.create_endpoint(runtime, member.organisation_id, service.NewEndpoint(OLD), actor=member.user_id)
