"""The events that the notification service hears in the tests: one campaign, people and clients by name."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from shared.contracts.campaign import CampaignDefined, CampaignMoment, MomentKind, Share, StepDefinition
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Closing, FollowUp
from shared.rulebook.ids import client_id, follow_up_id, unit_id, user_id
from shared.rulebook.steps import StepKind

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
BRANCH = unit_id("branch")


def a_reader(name: str, level: AccessLevel = AccessLevel.OWN, *, unit: str = BRANCH) -> Principal:
    """A person of a branch."""
    return Principal(user_id=user_id(name), unit_id=unit, unit_path=(unit_id("network"), unit), access_level=level)


def a_definition(campaign: str, *, version: int = 1, sharers: Sequence[str] = (), **changes: object) -> CampaignDefined:
    """A campaign of November and December with one step; `sharers` are names of advisors."""
    step = StepDefinition(id="step", title="Call", kind=StepKind.TASK, mandatory=True)
    values: dict[str, object] = {
        "campaign_id": campaign,
        "campaign_key": campaign,
        "version": version,
        "name": "Retraite",
        "owner_id": user_id("owner"),
        "creator_id": user_id("owner"),
        "start_date": date(2026, 11, 1),
        "end_date": date(2026, 12, 31),
        "sales_step": "step",
        "steps": (step,),
        "notice_date": date(2026, 11, 1),
        "shares": tuple(Share(advisor_id=user_id(name), amount=Decimal(100)) for name in sharers),
        "created_at": NOON,
        "saved_at": NOON,
        "saved_by": user_id("owner"),
    }
    return CampaignDefined.model_validate(values | changes)


def the_notice_date_of(campaign: str) -> CampaignMoment:
    """The notice date has come."""
    return CampaignMoment(campaign_id=campaign, kind=MomentKind.NOTICE, on=date(2026, 11, 1))


def a_fact(
    campaign: str,
    client: str,
    advisor: str,
    kind: FactKind = FactKind.CLIENT_TARGETED,
    *,
    number: int = 1,
    entry: date = date(2026, 11, 10),
    potential: int = 1000,
    closing: Closing | None = None,
) -> FactRecorded:
    """Fact `number` of a client's follow-up, with the state after it; `client` and `advisor` are names."""
    after = FollowUp(
        number=number,
        entry_date=entry,
        potential=Decimal(potential),
        initial_potential=Decimal(potential),
        advisor_id=user_id(advisor),
        closing=closing,
    )
    return FactRecorded(
        follow_up_id=follow_up_id(campaign, client_id(client)),
        campaign_id=campaign,
        client_id=client_id(client),
        number=number,
        fact=Fact(kind=kind, on=TODAY, version=1),
        after=after,
        occurred_at=NOON,
        received_at=NOON,
        recorded_at=NOON,
        door="screen",
        actor="crm",
        command_id=None,
    )


def a_client(name: str, *, revision: int = 1, phone: str | None = None, erased: bool = False) -> ClientChanged:
    """A client of the directory."""
    return ClientChanged(
        client_id=client_id(name),
        external_id=name,
        name=name,
        phone=phone,
        advisor_id=user_id("anne"),
        changed_at=NOON,
        erased=erased,
        revision=revision,
    )


def a_user(name: str, *, unit: str = BRANCH, revision: int = 1) -> UserChanged:
    """A person of the directory."""
    return UserChanged(
        user_id=user_id(name),
        external_id=name,
        name=name,
        unit_id=unit,
        unit_path=(unit_id("network"), unit),
        revision=revision,
    )
