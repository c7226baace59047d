"""What the generated OpenAPI document says of errors: every one of them is a problem."""

from http import HTTPStatus
from typing import Any

from shared.contracts.problems import Problem
from shared.runtime.problems import MEDIA_TYPE

_REFERENCE = "#/components/schemas/{model}"
_COMMON = (401, 403, 422, 503)
"""Any route may answer so; a route names others itself."""
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with each error response as problem+json."""
    for path in document.get("paths", {}).values():
        for route in path.values():
            _describe(route["responses"])
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schema = Problem.model_json_schema(ref_template=_REFERENCE, mode="serialization")
    schemas["Problem"] = schema
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def _describe(responses: dict[str, Any]) -> None:
    for status in _COMMON:
        responses.setdefault(str(status), {"description": HTTPStatus(status).phrase})
    for code, response in responses.items():
        if code.isdigit() and int(code) >= HTTPStatus.BAD_REQUEST:
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
