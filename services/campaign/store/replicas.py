"""What others last told: people and clients by their revision, targeted clients by the number of the fact."""

import json
from collections.abc import Sequence

from sqlalchemy import text

from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.facts import FactKind
from shared.runtime.database import Database

_KEEP_USERS = text(
    "insert into users (user_id, external_id, name, unit_id, unit_path, active, revision)"
    " select distinct on (user_id) user_id, external_id, name, unit_id, unit_path, active, revision"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as told"
    " (user_id uuid, external_id text, name text, unit_id uuid, unit_path uuid[], active boolean, revision bigint)"
    " order by user_id, revision desc"
    " on conflict (user_id) do update set external_id = excluded.external_id, name = excluded.name,"
    " unit_id = excluded.unit_id, unit_path = excluded.unit_path, active = excluded.active,"
    " revision = excluded.revision where users.revision < excluded.revision"
)
_KEEP_CLIENTS = text(
    "insert into clients (client_id, external_id, name, advisor_id, active, erased, revision)"
    " select distinct on (client_id) client_id, external_id, name, advisor_id, active, erased, revision"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as told"
    " (client_id uuid, external_id text, name text, advisor_id uuid, active boolean, erased boolean,"
    " revision bigint)"
    " order by client_id, revision desc"
    " on conflict (client_id) do update set external_id = excluded.external_id, name = excluded.name,"
    " advisor_id = excluded.advisor_id, active = excluded.active, erased = excluded.erased,"
    " revision = excluded.revision where clients.revision < excluded.revision"
)
# Rows are locked in one order, as the jobs lock them, so that none of them wait in a circle.
_KEEP_FACTS = text(
    "with told as (select * from jsonb_to_recordset(cast(:rows as jsonb)) as told"
    " (campaign_id uuid, client_id uuid, number int, closing text, entry_date date, potential numeric)),"
    " held as (select campaign_id, client_id from targeted_clients join told using (campaign_id, client_id)"
    " where fact_number < number order by campaign_id, client_id for update of targeted_clients)"
    " update targeted_clients kept set closing = told.closing, entry_date = told.entry_date,"
    " potential = told.potential, fact_number = told.number from told join held using (campaign_id, client_id)"
    " where kept.campaign_id = told.campaign_id and kept.client_id = told.client_id"
    " and kept.fact_number < told.number"
)
_TELLING = frozenset(
    {
        FactKind.CONCLUDED,
        FactKind.CONCLUSION_WITHDRAWN,
        FactKind.POTENTIAL_CHANGED,
        FactKind.ENTRY_DATE_MOVED,
        FactKind.CLIENT_WITHDRAWN,
        FactKind.TARGETED_AGAIN,
        FactKind.CLOSED_ARCHIVED,
        FactKind.REOPENED_UNARCHIVED,
    }
)
"""Facts after which a client may stand otherwise: all others leave what is kept here as it is."""
_USER_FIELDS = {"user_id", "external_id", "name", "unit_id", "unit_path", "active", "revision"}
_CLIENT_FIELDS = {"client_id", "external_id", "name", "advisor_id", "active", "erased", "revision"}


class PostgresReplicas:
    """What this service keeps of the directory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_users(self, told: Sequence[UserChanged]) -> None:
        """Keep each user's highest revision; earlier and repeated messages change nothing."""
        rows = [user.model_dump(mode="json", include=_USER_FIELDS) for user in told]
        async with self._database.transaction() as connection:
            await connection.execute(_KEEP_USERS, {"rows": json.dumps(rows)})

    async def keep_clients(self, told: Sequence[ClientChanged]) -> None:
        """Keep each client's highest revision; earlier and repeated messages change nothing."""
        rows = [client.model_dump(mode="json", include=_CLIENT_FIELDS) for client in told]
        async with self._database.transaction() as connection:
            await connection.execute(_KEEP_CLIENTS, {"rows": json.dumps(rows)})

    async def keep_facts(self, told: Sequence[FactRecorded]) -> None:
        """Keep how targeted clients stand after the highest of these facts; the first fact says what is known here."""
        highest: dict[str, FactRecorded] = {}
        for one in told:
            held = highest.get(one.follow_up_id)
            if one.fact.kind in _TELLING and (held is None or held.number < one.number):
                highest[one.follow_up_id] = one
        if highest:
            rows = [_row_of(one) for one in highest.values()]
            async with self._database.transaction() as connection:
                await connection.execute(_KEEP_FACTS, {"rows": json.dumps(rows)})


def _row_of(told: FactRecorded) -> dict[str, object]:
    after = told.after
    return {
        "campaign_id": told.campaign_id,
        "client_id": told.client_id,
        "number": told.number,
        "closing": after.closing,
        "entry_date": str(after.entry_date),
        "potential": str(after.potential),
    }
