"""Saved queries that everybody in the network sees."""

from typing import Any

from tools.demo.crm import Crm
from tools.demo.network import NETWORK

Json = dict[str, Any]

_QUERIES = {
    "Patrimonial, de 40 à 60 ans": 'segment = "Patrimonial" and [age] >= 40 and [age] <= 60',
    "Professionnels": 'segment = "Professionnel"',
    "Avoirs de plus de 50 000 €": "assets >= 50000",
    "Premium bientôt à la retraite": 'segment = "Premium" and [age] >= 58 and [age] <= 64',
}


def put_queries(crm: Crm) -> int:
    """Save those that are not there yet; how many there are."""
    held = {query["name"] for query in crm.get("/api/directory/queries", limit=200)["items"]}
    units = crm.get("/api/directory/units")["items"]
    network = next(unit["unit_id"] for unit in units if unit["external_id"] == NETWORK)
    for name, text in _QUERIES.items():
        if name not in held:
            crm.post("/api/directory/queries", {"name": name, "filter": text, "shared_with": network})
    return len(_QUERIES)
