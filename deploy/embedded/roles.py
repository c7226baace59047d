"""The roles of the product, the paths they answer, and their ports when each is a process of its own."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """One web role: `package` is what `python -m` starts; `prefix` is its part of the one origin."""

    name: str
    package: str
    prefix: str
    split_offset: int


ROLES = (
    Role("directory", "services.directory", "/api/directory", 1),
    Role("campaign", "services.campaign", "/api/campaigns", 2),
    Role("followup", "services.followup", "/api/followups", 3),
    Role("notification", "services.notification", "/api/notifications", 4),
    Role("reporting", "services.reporting", "/api/reports", 5),
    Role("issuer", "deploy.embedded.issuer", "/oidc", 6),
    Role("mailbox", "deploy.embedded.mailbox", "/mailbox", 8),
    Role("portal", "services.portal", "/", 7),
)


def role_of(path: str, roles: Iterable[Role] = ROLES) -> Role | None:
    """The role with the longest prefix of whole segments of `path`."""
    fitting = [role for role in roles if covers(role.prefix, path)]
    return max(fitting, key=lambda role: len(role.prefix), default=None)


def covers(prefix: str, path: str) -> bool:
    """Whether `path` is `prefix` or lies below it."""
    return prefix in {"/", path} or path.startswith(f"{prefix}/")
