"""Where people are written to, as a service that writes is told."""

import pytest

from shared.contracts.directory import AddressFound, PersonAddress
from shared.rulebook.ids import user_id
from shared.runtime.messaging import Bus
from tests.services.directory.conftest import a_user


@pytest.fixture
async def bus(door, nats_url):
    await door.set_up_network()
    bus = await Bus.connect(nats_url, name="test")
    yield bus
    await bus.close()


async def asked(bus, name):
    return await bus.ask(PersonAddress(user_id=user_id(name)), AddressFound)


async def test_the_address_and_language_are_as_the_crm_last_said(door, bus):
    await door.put("users", [a_user("anne", email="a@bank.example", language="en")])
    await door.put("users", [a_user("anne", email="anne@bank.example", language="en")])

    assert await asked(bus, "anne") == AddressFound(name="Anne", email="anne@bank.example", language="en")


async def test_who_left_or_is_unknown_has_no_address(door, bus):
    await door.put("users", [a_user("anne", email="anne@bank.example", active=False)])

    assert (await asked(bus, "anne")).email is None
    assert (await asked(bus, "nobody")).email is None
