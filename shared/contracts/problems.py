"""Errors as people and programs read them: problem+json (RFC 9457) with a stable code."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Problem(BaseModel):
    """One error: `code` is stable, `detail` says what is wrong and what to do, `data` holds the values behind it."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    data: dict[str, Any] = {}
