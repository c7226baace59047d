"""A morning's digest, from what was recorded in the services to the mailbox of the embedded layout."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from deploy.embedded.mailbox.app import create_app
from deploy.embedded.mailbox.settings import Settings as MailboxSettings
from deploy.embedded.processes import free_port
from services.notification.app import PresentPeople
from services.notification.store import AskedNeighbours, StoredDigests, StoredNotices
from services.notification.use_cases.send_digests import Around, SendDigests
from shared.rulebook.ids import campaign_id, client_id, follow_up_id, user_id
from shared.runtime.calendar import FRENCH
from shared.runtime.clock import Clock, FixedClock
from shared.runtime.database import Database
from shared.runtime.mail import Mailer, MailSettings
from shared.runtime.messaging import Bus
from tests.support.five_services import FiveServices, Servers, running_services, until

PARIS = ZoneInfo("Europe/Paris")
STEPS = [
    {"id": "call", "title": "Appel", "kind": "TASK", "mandatory": True, "offers_next": True, "due_within_days": 0},
    {"id": "meet", "title": "Rendez-vous", "kind": "APPOINTMENT", "mandatory": True},
    {"id": "mail", "title": "Courrier", "kind": "REMINDER"},
]


def the_next_working_noon() -> datetime:
    day = Clock(PARIS).today() + timedelta(days=1)
    while not FRENCH.is_working(day):
        day += timedelta(days=1)
    return datetime.combine(day, time(12), PARIS)


async def set_up(services: FiveServices) -> None:
    """Anne with four clients in a campaign: one to call, one offered a meeting, one to conclude, one moved to Bob."""
    await services.put("units", {"external_id": "lille", "name": "Lille"})
    await services.put("profiles", {"external_id": "advisor", "name": "A", "access_level": "OWN"})
    more = {"name": "Anne Durand", "email": "anne@bank.example", "language": "en"}
    everybody = [{"external_id": name, "name": name, "unit": "lille", "profile": "advisor"} for name in ("anne", "bob")]
    boss = {"external_id": "boss", "name": "B", "access_level": "ALL", "manage_campaigns": True}
    await services.put("profiles", boss)
    everybody.append({"external_id": "boss", "name": "boss", "unit": "lille", "profile": "boss"})
    await services.put("users", everybody[0] | more, *everybody[1:])
    names = ("Claire", "Denis", "Emma", "Fabien")
    await services.put("clients", *({"external_id": name, "name": name, "advisor": "anne"} for name in names))
    today = date.today()  # noqa: DTZ011  the product's day is this machine's
    campaign: dict[str, Any] = {
        "key": "spring",
        "name": "Retraite",
        "owner": "boss",
        "start_date": str(today - timedelta(days=10)),
        "end_date": str(today + timedelta(days=30)),
        "steps": STEPS,
        "sales_step": "meet",
    }

    async def created() -> bool:
        return (await services.ask("POST", "/api/campaigns", json=campaign)).is_success

    await until(created)
    path = f"/api/campaigns/{campaign_id('spring')}"

    async def known() -> bool:
        wanted = {"clients": [{"client": name, "potential": "100.00"} for name in names]}
        job = await services.told("POST", f"{path}/clients", json=wanted)
        told: dict[str, Any] = await services.told("GET", f"{path}/jobs/{job['job_id']}")
        return bool(told["state"] == "DONE")

    await until(known)
    for name, steps in (("Denis", ["call"]), ("Emma", ["call", "meet", "mail"]), ("Fabien", ["call"])):
        for step in steps:
            wish = {"kind": "CompleteStep", "step_id": step}
            await services.told("POST", f"/api/followups/{the_follow_up_of(name)}/commands", json=wish)
    await services.put("clients", {"external_id": "Fabien", "name": "Fabien", "advisor": "bob"})

    async def moved() -> bool:
        counts = await services.told("GET", f"/api/followups/to-do/counts?advisor_id={user_id('bob')}")
        return bool(counts["offered"] == 1)

    await until(moved)


def the_follow_up_of(name: str) -> str:
    return follow_up_id(campaign_id("spring"), client_id(name))


async def test_what_there_is_to_do_arrives_in_the_mailbox_without_the_client_who_moved_away(
    fresh_database: str, nats_url: str, temporal_address: str, tmp_path: Any
) -> None:
    port = free_port()
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    mailbox = create_app(MailboxSettings(jalon_data=tmp_path, mailbox_port=port))
    servers = Servers(fresh_database, nats_url, temporal_address)
    async with mailbox.router.lifespan_context(mailbox), running_services(servers, **smtp) as services:
        await set_up(services)
        await services.told("PUT", "/api/notifications/preferences", by="anne", json={"digest": True})

        assert await send(services, servers, MailSettings(**smtp)) == 1

        async with httpx.AsyncClient(transport=httpx.ASGITransport(mailbox), base_url="http://test") as http:
            listed = (await http.get("/mailbox")).text
            (path,) = {part.split('"')[0] for part in listed.split('href="')[1:] if part.startswith("/mailbox/0")}
            shown = (await http.get(path)).text

    assert ("anne@bank.example" in listed, "Your day, " in listed) == (True, True)
    assert "Hello Anne Durand," in shown
    assert "Claire – Retraite – Appel (due on " in shown
    assert "Steps offered next: 1" in shown
    assert "Denis – Retraite – Rendez-vous (since " in shown
    assert "Waiting for a conclusion: 1" in shown
    assert "Emma – Retraite – Rendez-vous (since " in shown
    assert "Fabien" not in shown


async def send(services: FiveServices, servers: Servers, smtp: MailSettings) -> int:
    """One round of a process in which it is noon of the next working day; the services' own have nothing to open."""
    database = Database(servers.database_url, service="notification", pool_size=2, background=True)
    bus = await Bus.connect(servers.nats_url, name="notification")
    people = PresentPeople()
    people.security = services.apps["notification"].state.security
    around = Around(
        people=people,
        neighbours=AskedNeighbours(bus),
        notices=StoredNotices(database),
        carrier=Mailer(smtp),
        public_url="https://jalon.example",
    )
    sending = SendDigests(StoredDigests(database), around, FixedClock(PARIS, the_next_working_noon()), hour=7)
    try:
        return await sending.round()
    finally:
        await bus.close()
        await database.close()
