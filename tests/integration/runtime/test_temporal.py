from shared.runtime.settings import Settings
from shared.runtime.temporal import connect


async def test_a_lazy_client_connects_at_its_first_call_under_a_short_identity(temporal_address):
    client = await connect(Settings(temporal_address=temporal_address), role="followup")

    assert await client.service_client.check_health()
    assert client.identity.startswith("followup-")
    assert len(client.identity) < 20
