"""What the generated OpenAPI document says of errors: every one of them is a problem."""

from http import HTTPStatus
from typing import Any

from shared.contracts.problems import Problem
from shared.runtime.problems import MEDIA_TYPE

_REFERENCE = "#/components/schemas/{model}"
_COMMON = (401, 403, 422, 503)
"""Any route may answer so."""
_WITH_A_PATH_OF_ONE = (404,)
_WITH_A_BODY = (400, 413)
_WITH_A_VERSION = (412, 428)
_WRITING = (409,)
_WRITES = frozenset({"post", "put", "patch", "delete"})
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with each error response as problem+json."""
    for path in document.get("paths", {}).values():
        for method, route in path.items():
            _describe(route["responses"], _errors_of(method, route))
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schema = Problem.model_json_schema(ref_template=_REFERENCE, mode="serialization")
    schemas["Problem"] = schema
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def _errors_of(method: str, route: dict[str, Any]) -> list[int]:
    """The errors that a route of this kind may answer; it names others itself."""
    parameters = {(one["in"], one["name"].lower()) for one in route.get("parameters", ())}
    return [
        *_COMMON,
        *(_WITH_A_PATH_OF_ONE if any(place == "path" for place, _ in parameters) else ()),
        *(_WITH_A_BODY if "requestBody" in route else ()),
        *(_WITH_A_VERSION if ("header", "if-match") in parameters else ()),
        *(_WRITING if method in _WRITES else ()),
    ]


def _describe(responses: dict[str, Any], errors: list[int]) -> None:
    for status in errors:
        responses.setdefault(str(status), {"description": HTTPStatus(status).phrase})
    for code, response in responses.items():
        if code.isdigit() and int(code) >= HTTPStatus.BAD_REQUEST:
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
