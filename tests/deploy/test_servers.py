import nats
import psycopg
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment


def test_each_test_gets_a_database_of_its_own(fresh_database: str) -> None:
    with psycopg.connect(fresh_database.replace("+psycopg", "")) as connection:
        connection.execute("create table mark (id int)")

        row = connection.execute(
            "select datcollate, datlocprovider from pg_database where datname = current_database()"
        )

        assert row.fetchone() == ("C.UTF-8", "b")


async def test_nats_offers_jetstream(nats_url: str) -> None:
    client = await nats.connect(nats_url)

    account = await client.jetstream().account_info()

    assert account.streams == 0
    await client.close()


async def test_temporal_knows_our_search_attributes(temporal_address: str, temporal_namespace: str) -> None:
    client = await Client.connect(temporal_address, namespace=temporal_namespace)

    query = 'CampaignId="1" AND AdvisorId="2" AND FollowUpStatus="OPEN" AND EntryAt > "2026-01-01T00:00:00Z"'

    assert (await client.count_workflows(query)).count == 0


async def test_a_month_passes_at_once_on_the_time_skipping_server(time_skipping_env: WorkflowEnvironment) -> None:
    before = await time_skipping_env.get_current_time()

    await time_skipping_env.sleep(30 * 24 * 3600)

    assert (await time_skipping_env.get_current_time() - before).days == 30
