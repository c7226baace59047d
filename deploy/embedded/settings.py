"""What the front of the split layout reads from the environment beside what all roles read."""

from deploy.embedded.roles import ROLES, Role
from shared.runtime.settings import Settings


class FrontSettings(Settings):
    """Where the roles are: on this machine at ports after the front's own, unless a pattern says otherwise."""

    role_address: str = "http://127.0.0.1:{port}"
    """The address of a role; `{name}` and `{port}` stand for the role's own."""

    def addresses(self) -> dict[Role, str]:
        """Each role's address."""
        return {
            role: self.role_address.format(name=role.name, port=self.http_port + role.split_offset) for role in ROLES
        }
