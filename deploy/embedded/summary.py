"""The launcher's last words before it watches: where everything is, and who may sign in."""

from rich.console import Console
from rich.table import Table

from deploy.embedded.backing import Addresses
from deploy.embedded.folder import DataFolder
from deploy.embedded.issuer.pages import read_people

_SHOWN = 8


def show(folder: DataFolder, public_url: str, addresses: Addresses, *, seconds: float) -> None:
    """Print one table."""
    table = Table(title=f"Jalon is ready ({seconds:.0f} s)", title_justify="left", show_header=False)
    table.add_row("Portal", f"{public_url}/")
    table.add_row("Workflows", addresses.temporal_ui_url or addresses.temporal_address)
    table.add_row("Messages sent", f"{public_url}/mailbox")
    table.add_row("PostgreSQL", addresses.database_url.rpartition("@")[2])
    table.add_row("NATS", addresses.nats_url.rpartition("@")[2])
    table.add_row("Data and logs", str(folder.root))
    people = read_people(folder.demo_users)
    for person in people[:_SHOWN]:
        table.add_row("Sign in as", f"{person.name}, {person.title}")
    if len(people) > _SHOWN:
        table.add_row("", f"and {len(people) - _SHOWN} more")
    table.add_row("Stop", "Ctrl-C")
    Console().print(table)
