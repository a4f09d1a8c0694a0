"""What the OpenAPI document says of the endpoints that apps call."""

from typing import Any, Final

from pydantic import BaseModel, Field

_TOKEN: Final = "ed_live_at_..."  # noqa: S105 an example


class TokenAnswer(BaseModel):
    """Tokens. `scope` may be less than was asked for: members allow no more than they may do themselves."""

    access_token: str = Field(examples=[_TOKEN])
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(description="Seconds.", examples=[3600])
    refresh_token: str = Field(examples=["ed_live_rt_..."])
    scope: str = Field(examples=["meetings:read analyse"])


class IntrospectionAnswer(BaseModel):
    """What is known of a token; of one that is not good, only that."""

    active: bool
    client_id: str | None = None
    scope: str | None = None
    token_type: str | None = None
    sub: str | None = Field(default=None, description="The member who allowed it.")
    organisation_id: str | None = None
    iss: str | None = None
    iat: int | None = None
    exp: int | None = None


class ServerMetadata(BaseModel):
    """The fields of RFC 8414 and RFC 9207."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    introspection_endpoint: str
    service_documentation: str
    scopes_supported: list[str]
    response_types_supported: list[str] = ["code"]
    response_modes_supported: list[str] = ["query"]
    grant_types_supported: list[str] = ["authorization_code", "refresh_token"]
    code_challenge_methods_supported: list[str] = ["S256"]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_methods_supported: list[str]
    authorization_response_iss_parameter_supported: bool = True


class OAuthErrorAnswer(BaseModel):
    """The shape of errors at these addresses (RFC 6749, section 5.2)."""

    error: str
    error_description: str | None = None


_CLIENT: Final = {
    "client_id": {"type": "string", "description": "Unless it is sent by HTTP Basic."},
    "client_secret": {"type": "string", "description": "Of apps that have one, unless it is sent by HTTP Basic."},
}
_TOKEN_FIELDS: Final = {
    "token": {"type": "string"},
    "token_type_hint": {"type": "string", "description": "`access_token` or `refresh_token`; not needed."},
    **_CLIENT,
}
_ERRORS: Final = {
    400: ("The request cannot be followed.", "invalid_grant", "This refresh token was used before."),
    401: ("The app did not prove who it is.", "invalid_client", "The client does not exist on this server."),
    408: ("The body came too slowly.", "invalid_request", "The body came too slowly."),
    413: ("The body is too large.", "invalid_request", "The body is over 1048576 bytes."),
    429: ("Too many failures from this address.", "temporarily_unavailable", "Try again later."),
    500: ("Our fault.", "server_error", "Something went wrong on our side."),
}


def _responses(success: str, example: Any) -> dict[int | str, dict[str, Any]]:
    found: dict[int | str, dict[str, Any]] = {
        200: {"description": success, "content": {"application/json": {"example": example}}}
    }
    for status, (text, code, description) in _ERRORS.items():
        body = {"error": code, "error_description": description}
        found[status] = {
            "model": OAuthErrorAnswer,
            "description": text,
            "content": {"application/json": {"example": body}},
        }
    found[429]["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return found


def _form(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": required, "properties": properties}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


_GRANTED: Final = {"access_token": _TOKEN, "token_type": "Bearer", "expires_in": 3600,
                   "refresh_token": "ed_live_rt_...", "scope": "meetings:read analyse"}  # fmt: skip
_ACTIVE: Final = {"active": True, "client_id": "app_01k9f3m2t8xq4w7d5b6n0v1c2a", "scope": "meetings:read",
                  "token_type": "Bearer", "sub": "usr_01k9f3m2t8xq4w7d5b6n0v1c2b",
                  "organisation_id": "org_01k9f3m2t8xq4w7d5b6n0v1c2c", "iss": "https://hub.example.com",
                  "iat": 1763564645, "exp": 1763568245}  # fmt: skip

TOKEN: Final[dict[str, Any]] = {
    "responses": _responses("Tokens.", _GRANTED),
    "openapi_extra": _form(
        ["grant_type"],
        {
            "grant_type": {"type": "string", "enum": ["authorization_code", "refresh_token"]},
            "code": {"type": "string", "description": "As it came to the redirect address, within a minute."},
            "redirect_uri": {"type": "string", "description": "The same as was sent to /oauth/authorize."},
            "code_verifier": {"type": "string", "description": "What the code challenge is the SHA-256 of (PKCE)."},
            "refresh_token": {"type": "string", "description": "The newest one: each works once."},
            "scope": {"type": "string", "description": "When refreshing: less than before."},
            **_CLIENT,
        },
    ),
}
REVOCATION: Final[dict[str, Any]] = {
    "responses": _responses("It opens nothing now, whatever it was.", {}),
    "openapi_extra": _form(["token"], _TOKEN_FIELDS),
}
INTROSPECTION: Final[dict[str, Any]] = {
    "responses": _responses("What is known of the token.", _ACTIVE),
    "openapi_extra": _form(["token"], _TOKEN_FIELDS),
}
METADATA: Final[dict[str, Any]] = {"responses": {500: _responses("", {})[500]}}
