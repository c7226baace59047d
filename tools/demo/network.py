"""The network of the demonstration: a bank of three regions, its people and their clients, as the CRM puts them."""

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from tools.demo.names import REGIONS, TOWNS, person, seeded

Json = dict[str, Any]

ADVISORS_PER_BRANCH = 5
CLIENTS = 2000
NETWORK = "demo-network"
NETWORK_MANAGER = "demo-director"
ADMINISTRATOR = "demo-administrator"
OPERATOR = "demo-operator"
_SEGMENTS = ("Grand public", "Premium", "Patrimonial", "Professionnel")
_SEGMENT_WEIGHTS = (55, 25, 12, 8)


@dataclass(frozen=True, slots=True)
class Client:
    """A client as the campaigns' stories need to know it."""

    external_id: str
    advisor: str
    assets: int


class Network:
    """Always the same one: every name and number comes from one seed."""

    @cached_property
    def units(self) -> list[Json]:
        """The network, its regions, their branches."""
        regions = [{"external_id": region(at), "name": name, "parent": NETWORK} for at, name in enumerate(REGIONS)]
        branches = [
            {"external_id": branch(at), "name": f"Agence de {town}", "parent": region(region_of(at))}
            for at, town in enumerate(TOWNS)
        ]
        return [{"external_id": NETWORK, "name": "Banque de démonstration"}, *regions, *branches]

    @cached_property
    def profiles(self) -> list[Json]:
        """One per line of the table of rights."""
        managing = {"manage_campaigns": True}
        return [
            {"external_id": "demo-advisors", "name": "Conseillers", "access_level": "OWN"},
            {"external_id": "demo-branches", "name": "Responsables d’agence", "access_level": "UNIT", **managing},
            {"external_id": "demo-regions", "name": "Responsables de région", "access_level": "SUBTREE", **managing},
            {"external_id": "demo-networks", "name": "Direction du réseau", "access_level": "ALL", **managing},
            {"external_id": "demo-administrators", "name": "Administration", "administrator": True},
            {"external_id": "demo-operators", "name": "Exploitation", "operator": True},
        ]

    @cached_property
    def users(self) -> list[Json]:
        """Five advisors and a manager per branch, a manager per region, the network's own people."""
        random = seeded("users")
        people = [
            self._user(random, NETWORK_MANAGER, NETWORK, "demo-networks"),
            self._user(random, ADMINISTRATOR, NETWORK, "demo-administrators"),
            self._user(random, OPERATOR, NETWORK, "demo-operators"),
        ]
        people += [
            self._user(random, f"{region(at)}-manager", region(at), "demo-regions") for at in range(len(REGIONS))
        ]
        for at in range(len(TOWNS)):
            people.append(self._user(random, f"{branch(at)}-manager", branch(at), "demo-branches"))
            people += [self._user(random, advisor, branch(at), "demo-advisors") for advisor in advisors_of(at)]
        return people

    @cached_property
    def clients(self) -> list[Json]:
        """Clients with attributes for queries; some advisors have more of them than others."""
        random = seeded("clients")
        advisors = [advisor for at in range(len(TOWNS)) for advisor in advisors_of(at)]
        shares = [random.randint(2, 6) for _ in advisors]
        shares[0] = max(shares)  # the one whom the sign-in page names
        return [self._client(random, at, random.choices(advisors, shares)[0]) for at in range(1, CLIENTS + 1)]

    @cached_property
    def known_clients(self) -> list[Client]:
        """The clients as the stories need them."""
        return [
            Client(client["external_id"], client["advisor"], client["attributes"]["assets"]) for client in self.clients
        ]

    @cached_property
    def shown_users(self) -> list[Json]:
        """One person of each kind, for the sign-in page."""
        names = {user["external_id"]: user["name"] for user in self.users}
        titles = {
            advisors_of(0)[0]: f"Conseil, agence de {TOWNS[0]}",
            f"{branch(0)}-manager": f"Responsable, agence de {TOWNS[0]}",
            f"{region(0)}-manager": f"Responsable, région {REGIONS[0]}",
            NETWORK_MANAGER: "Direction du réseau",
            ADMINISTRATOR: "Administration",
            OPERATOR: "Exploitation",
        }
        return [{"external_id": one, "name": names[one], "title": title} for one, title in titles.items()]

    def _user(self, random: Random, external_id: str, unit: str, profile: str) -> Json:
        return {
            "external_id": external_id,
            "name": person(random),
            "email": f"{external_id}@example.com",
            "unit": unit,
            "profile": profile,
        }

    def _client(self, random: Random, at: int, advisor: str) -> Json:
        segment = random.choices(_SEGMENTS, _SEGMENT_WEIGHTS)[0]
        assets = round(random.lognormvariate(9.8 + _SEGMENTS.index(segment) * 0.4, 0.8), -2)
        return {
            "external_id": f"demo-client-{at:04}",
            "name": person(random),
            "phone": f"+33 6 39 98 {random.randint(0, 99):02} {random.randint(0, 99):02}",  # kept free for fiction
            "email": f"client-{at:04}@example.com",
            "advisor": advisor,
            "attributes": {"segment": segment, "age": random.randint(22, 81), "assets": int(assets)},
        }


def region(at: int) -> str:
    """The external id of a region."""
    return f"demo-region-{at + 1}"


def branch(at: int) -> str:
    """The external id of a branch."""
    return f"demo-branch-{at + 1:02}"


def region_of(branch_at: int) -> int:
    """The region that a branch lies in: four branches each."""
    return branch_at * len(REGIONS) // len(TOWNS)


def advisors_of(branch_at: int) -> list[str]:
    """The external ids of a branch's advisors."""
    return [f"{branch(branch_at)}-advisor-{at + 1}" for at in range(ADVISORS_PER_BRANCH)]
