"""What every operation of the OpenAPI document shares, said once."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from carma.api import wire

Schema = dict[str, Any]

PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457 problem details. Further members belong to the code.",
    "required": ["title", "status", "code", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; decide by this one."},
        "detail": {"type": "string", "description": "What to do, in the user's language."},
        "errors": {
            "type": "object",
            "description": "With `invalid_input`: messages by field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "additionalProperties": True,
}
REFUSALS = {
    "400": ("BadRequest", "`invalid_input` or `malformed_json`."),
    "401": ("NotAuthenticated", "`not_authenticated`: no session, or no valid token."),
    "403": ("Forbidden", "`forbidden`: the role or the token's scopes do not allow it."),
    "404": ("NotFound", "`not_found`: it does not exist, or not for this user."),
    "409": ("Refused", "A rule of the trade says no: `move_not_allowed` and others."),
    "410": ("Gone", "`too_old`: `updated_since` lies before the changes that are kept."),
    "411": ("LengthRequired", "`length_required`: the body came in chunks, without its Content-Length."),
    "412": ("Stale", "`stale`: the record moved on since the version given."),
    "413": ("TooLarge", "`too_large`: more than 256 KiB."),
    "415": ("UnsupportedMediaType", "`unsupported_media_type`: send application/json."),
    "422": ("IdempotencyMismatch", "`idempotency_mismatch`: the key was used for another request."),
    "429": ("TooMany", "`too_many`: wait as long as `Retry-After` says."),
}
ALWAYS = ("401", "403", "429")
LISTED = ("400", "410")
SINGLE = ("404",)
WRITTEN = ("400", "409", "411", "412", "413", "415", "422")

IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key and body within seven days, a write happens once and is "
    "answered as the first time, with `Idempotency-Replayed: true`.",
    "schema": {"type": "string", "maxLength": 255},
}
IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag last seen; the same as `version` in the body.",
    "schema": {"type": "string"},
}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # has none
    target_class = "carma.api.authentication.BearerAuthentication"
    name = "serviceToken"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A service token: `carma_…`, made with `manage.py make_token`.",
        }


def document() -> bytes:
    """The OpenAPI document as JSON, in English whoever asks."""
    with translation.override("en"):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]  # it has no types
        return wire.write(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]  # nor


def document_the_shared(result: Schema, generator: Any, request: Any, public: bool) -> Schema:  # noqa: FBT001  theirs
    """Add the refusals, headers and strictness that all operations have; run by drf-spectacular."""
    components = result.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for name, schema in schemas.items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    components["parameters"] = {"IdempotencyKey": IDEMPOTENCY_KEY, "IfMatch": IF_MATCH}
    components["responses"] = {name: _refusal(status, text) for status, (name, text) in REFUSALS.items()}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return result


def _refusal(status: str, text: str) -> Schema:
    refusal: Schema = {
        "description": text,
        "content": {wire.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == "429":
        refusal["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return refusal


def _complete(path: str, method: str, operation: Schema) -> None:
    operation.setdefault("summary", operation.get("description", "").partition(". ")[0].rstrip("."))
    one = "{" in path
    told = {parameter["name"] for parameter in operation.get("parameters", ())}
    statuses = [*ALWAYS, *(SINGLE if one else ()), *(LISTED if "limit" in told else ())]
    if method == "post":
        statuses += WRITTEN
        shared = ["IdempotencyKey", "IfMatch"] if one else ["IdempotencyKey"]
        operation.setdefault("parameters", []).extend(
            {"$ref": f"#/components/parameters/{name}"} for name in shared
        )
    for status in sorted(statuses):
        refusal = {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}
        operation["responses"].setdefault(status, refusal)
