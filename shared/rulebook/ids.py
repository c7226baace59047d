"""Every surrogate id, derived from what it stands for, so that a repeated message names the same thing.

docs/domain.md, Ids.
"""

from datetime import date
from uuid import UUID, uuid5

_NAMESPACE = UUID("8b0f2d0e-6c1a-5f43-9a57-3c1d0e7b9a21")


def unit_id(external_id: str) -> str:
    """The id of the unit that the host CRM calls `external_id`."""
    return _derived("unit", external_id)


def profile_id(external_id: str) -> str:
    """The id of the profile that the host CRM calls `external_id`."""
    return _derived("profile", external_id)


def user_id(external_id: str) -> str:
    """The id of the user that the host CRM calls `external_id`."""
    return _derived("user", external_id)


def client_id(external_id: str) -> str:
    """The id of the client that the host CRM calls `external_id`."""
    return _derived("client", external_id)


def account_id(external_id: str) -> str:
    """The id of the account that the host CRM calls `external_id`."""
    return _derived("account", external_id)


def transaction_id(external_id: str) -> str:
    """The id of the transaction that the host CRM calls `external_id`."""
    return _derived("transaction", external_id)


def campaign_id(key: str) -> str:
    """The id of the campaign created under `key` (an idempotency key, or the CRM's own id)."""
    return _derived("campaign", key)


def step_id(campaign: str, key: str) -> str:
    """The id of the step created under `key` in that campaign."""
    return _derived("step", campaign, key)


def job_id(key: str) -> str:
    """The id of the job asked for under `key`."""
    return _derived("job", key)


def document_id(campaign: str, source: str) -> str:
    """The id of the copy of a document that a duplicated campaign has."""
    return _derived("document", campaign, source)


def follow_up_id(campaign: str, client: str) -> str:
    """The id of the one follow-up that a client can have in a campaign; both are our ids (spec 3.3)."""
    return _derived("follow-up", campaign, client)


def event_id(follow_up: str, number: int) -> str:
    """The id of the event that carries fact `number` of a follow-up."""
    return _derived("event", follow_up, str(number))


def notice_id(campaign: str, advisor: str) -> str:
    """The id of the one notice that an advisor gets for a campaign (spec 7.1)."""
    return _derived("notice", campaign, advisor)


def digest_id(user: str, day: date) -> str:
    """The id of the one digest that a person is sent on a day."""
    return _derived("digest", user, day.isoformat())


def follow_up_workflow_id(follow_up: str) -> str:
    """The id of the workflow that runs a follow-up."""
    return f"follow-up/{follow_up}"


def campaign_workflow_id(campaign: str) -> str:
    """The id of the workflow that keeps a campaign's dates."""
    return f"campaign/{campaign}"


def bulk_workflow_id(job: str, *, undo: bool = False) -> str:
    """The id of the workflow that runs a job over many follow-ups, or its undo."""
    return f"bulk/{job}/undo" if undo else f"bulk/{job}"


def _derived(kind: str, *parts: str) -> str:
    # The length before each part keeps ("a", "b:c") apart from ("a:b", "c").
    return str(uuid5(_NAMESPACE, ":".join([kind, *(f"{len(part)}:{part}" for part in parts)])))


def letter_workflow_id(letter: str, sending: int = 1) -> str:
    """The id of the execution that sends an e-mail; each time that it is sent again there is another one."""
    return f"letter/{letter}" if sending == 1 else f"letter/{letter}/{sending}"
