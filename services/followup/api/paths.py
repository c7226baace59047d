"""The ids that stand in paths."""

from typing import Annotated

from fastapi import Path

UuidText = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
StepPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,36}$")]
