"""What the directory's use cases need: its own records, and a place where one writer at a time changes them."""

from services.directory.ports.addresses import Addresses
from services.directory.ports.audit import Audit, AuditWanted, AuditWriting, RecordedChange, RightsChange, Subject
from services.directory.ports.calendars import Calendar, Calendars
from services.directory.ports.holdings import (
    Account,
    Holdings,
    HoldingsWanted,
    HoldingsWriting,
    Transaction,
    TransactionSeen,
)
from services.directory.ports.people import (
    Author,
    Client,
    ClientSeen,
    ClientsWanted,
    Door,
    Person,
    Place,
    Profile,
    Unit,
    User,
    UsersWanted,
    Wanted,
)
from services.directory.ports.principals import PrincipalChange, PrincipalChanges, PrincipalsBucket, Telling
from services.directory.ports.queries import Asked, ClientQueries, Handed, Matched, SavedQueries, SavedQuery
from services.directory.ports.records import Directory, Writing

__all__ = [
    "Account",
    "Addresses",
    "Asked",
    "Audit",
    "AuditWanted",
    "AuditWriting",
    "Author",
    "Calendar",
    "Calendars",
    "Client",
    "ClientQueries",
    "ClientSeen",
    "ClientsWanted",
    "Directory",
    "Door",
    "Handed",
    "Holdings",
    "HoldingsWanted",
    "HoldingsWriting",
    "Matched",
    "Person",
    "Place",
    "PrincipalChange",
    "PrincipalChanges",
    "PrincipalsBucket",
    "Profile",
    "RecordedChange",
    "RightsChange",
    "SavedQueries",
    "SavedQuery",
    "Subject",
    "Telling",
    "Transaction",
    "TransactionSeen",
    "Unit",
    "User",
    "UsersWanted",
    "Wanted",
    "Writing",
]
