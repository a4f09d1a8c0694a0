"""`composite`: up to 25 calls in one, later ones naming results of earlier ones."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.kit.store import Doc, RolledBack, Store
from sandbox.salesforce.errors import SalesforceError
from sandbox.salesforce.rest import RestRequest, RestResponse, Router

MOST = 25
REFERENCE = re.compile(r"@\{([^}]+)\}")
STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
HALTED = "The transaction was rolled back since another operation in the same transaction failed."


class CompositeCalls:
    """Runs the subrequests in order."""

    def __init__(self, store: Store, router: Router) -> None:
        self._store = store
        self._router = router

    def add_to(self, router: Router) -> None:
        """Answer these calls."""
        router.add("POST", "composite", self.run)

    def run(self, request: RestRequest) -> RestResponse:
        """200 with one answer per subrequest; with `allOrNone` one failure undoes them all."""
        body = request.values()
        parts = body.get("compositeRequest")
        if not isinstance(parts, list) or not parts:
            raise SalesforceError(400, "JSON_PARSER_ERROR", "compositeRequest is required")
        if len(parts) > MOST:
            message = f"Limit reached. Cannot submit more than {MOST} subrequests."
            raise SalesforceError(400, "LIMIT_EXCEEDED", message)
        answers: list[Doc] = []
        with self._store.savepoint():
            self._run_parts(parts, request, answers)
            if body.get("allOrNone") and any(answer["httpStatusCode"] >= 400 for answer in answers):
                answers[:] = [_halted(answer) for answer in answers]
                raise RolledBack
        return RestResponse(200, {"compositeResponse": answers})

    def _run_parts(self, parts: list[Doc], request: RestRequest, answers: list[Doc]) -> None:
        results: dict[str, Any] = {}
        for part in parts:
            answer = self._one(part, request, results)
            results[part["referenceId"]] = answer.body
            answers.append(
                {
                    "body": answer.body,
                    "httpHeaders": dict(answer.headers),
                    "httpStatusCode": answer.status,
                    "referenceId": part["referenceId"],
                }
            )

    def _one(self, part: Doc, request: RestRequest, results: dict[str, Any]) -> RestResponse:
        try:
            url = str(_filled(part["url"], results))
            body = _filled(part.get("body"), results)
        except LookupError as error:
            message = f"Invalid reference specified. No value for {error.args[0]} found"
            return RestResponse(400, SalesforceError(400, "PROCESSING_HALTED", message).body())
        address = urlsplit(url)
        pieces = [unquote(piece) for piece in address.path.split("/") if piece]
        headers = {k.lower(): v for k, v in (part.get("httpHeaders") or {}).items()}
        return self._router.answer(
            RestRequest(
                method=part["method"],
                version=pieces[2] if len(pieces) > 2 else request.version,
                path=tuple(pieces[3:]),
                query=dict(parse_qsl(address.query)),
                body=body,
                headers=headers,
            )
        )


def _filled(value: Any, results: dict[str, Any]) -> Any:
    if isinstance(value, str):
        return REFERENCE.sub(lambda found: str(_looked_up(found[1], results)), value)
    if isinstance(value, dict):
        return {key: _filled(item, results) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, results) for item in value]
    return value


def _looked_up(reference: str, results: dict[str, Any]) -> Any:
    current: Any = results
    for name, index in STEP.findall(reference):
        try:
            current = current[int(index)] if index else current[name]
        except (LookupError, TypeError) as error:
            raise LookupError(reference) from error
    return current


def _halted(answer: Doc) -> Doc:
    if answer["httpStatusCode"] >= 400:
        return answer
    return answer | {"httpStatusCode": 400, "body": SalesforceError(400, "PROCESSING_HALTED", HALTED).body()}
