"""Who may do what to what (docs/domain.md, Rights). Rights and reach live in `rights` and are offered here too."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from shared.rulebook.errors import Forbidden, NotVisible, Refused
from shared.rulebook.rights import AccessLevel, Principal, Rights, combine, in_reach

__all__ = [
    "AccessLevel",
    "Action",
    "Principal",
    "Rights",
    "Target",
    "check_owner",
    "combine",
    "in_reach",
    "may",
    "sees_campaign",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an action is about; only the fields that it needs are given."""

    creator_id: str | None = None
    owner_id: str | None = None
    owner_unit_path: tuple[str, ...] = ()
    covered: bool = False
    """The reach covers at least one targeted client or allocated advisor of the campaign."""
    takes_part: bool = False
    """The user has a share or a client in the campaign."""
    advisor_id: str | None = None
    """The advisor whose reach decides: the client's present one."""
    advisor_unit_path: tuple[str, ...] = ()
    recorded_by: str | None = None
    """Who recorded the conclusion."""
    new_advisor_id: str | None = None
    """The advisor whom a client's follow-ups go to."""
    new_advisor_unit_path: tuple[str, ...] = ()


class Action(StrEnum):
    """All that somebody may be allowed or not."""

    SEE_CAMPAIGN = "see_campaign"
    CREATE_CAMPAIGN = "create_campaign"
    CHANGE_CAMPAIGN = "change_campaign"
    DUPLICATE_CAMPAIGN = "duplicate_campaign"
    DELETE_CAMPAIGN = "delete_campaign"
    ARCHIVE_CAMPAIGN = "archive_campaign"
    REORDER_CAMPAIGNS = "reorder_campaigns"
    SEE_CLIENT = "see_client"
    QUERY_CLIENTS = "query_clients"
    TARGET_CLIENT = "target_client"
    CHANGE_TARGETED_CLIENT = "change_targeted_client"
    WITHDRAW_CLIENT = "withdraw_client"
    REASSIGN_CLIENT = "reassign_client"
    RECORD = "record"
    CONCLUDE = "conclude"
    LINK_ACCOUNTS = "link_accounts"
    AMEND_CONCLUSION = "amend_conclusion"
    WITHDRAW_CONCLUSION = "withdraw_conclusion"
    SEE_FIGURES = "see_figures"
    IMPORT_FROM_CRM = "import_from_crm"
    SEND_SIGNALS = "send_signals"
    ADMINISTER = "administer"
    OPERATE = "operate"
    SEE_ENGINE_LINKS = "see_engine_links"
    CHECK_FIGURES = "check_figures"


_NOTHING = Target()


def sees_campaign(principal: Principal, target: Target) -> bool:
    """Whether the campaign exists for this principal: created, owned, covered, or open to change (spec 1.3)."""
    return target.covered or principal.crm or _may_change(principal, target)


def check_owner(owner: Rights | Principal) -> None:
    """Refused `owner_lacks_right` unless the owner of a campaign holds `manage_campaigns` (spec 1.2)."""
    if not owner.manage_campaigns:
        raise Refused("owner_lacks_right", {"missing": "manage_campaigns"})


def may(principal: Principal, action: Action, target: Target = _NOTHING) -> None:
    """Nothing when the principal may do this to that (spec 1, 2, 3, 5.7, 6).

    Raises Forbidden `right_missing` with the right in `data["missing"]`: `manage_campaigns`, `access_level`, `reach`,
    `administrator`, `operator` or `crm`; NotVisible `not_visible` when the target lies outside what is seen.
    """
    _CHECKS[action](principal, target)


def _see_campaign(principal: Principal, target: Target) -> None:
    if not sees_campaign(principal, target):
        raise NotVisible("not_visible", {"missing": "reach"})


def _manage(principal: Principal, _: Target) -> None:
    _require(principal.manage_campaigns, "manage_campaigns")


def _manage_or_crm(principal: Principal, _: Target) -> None:
    _require(principal.manage_campaigns or principal.crm, "manage_campaigns")


def _change_campaign(principal: Principal, target: Target) -> None:
    if _may_change(principal, target):
        return
    _see_campaign(principal, target)
    _manage(principal, target)
    _require(holds=False, right="reach")


def _duplicate_campaign(principal: Principal, target: Target) -> None:
    _see_campaign(principal, target)
    _manage_or_crm(principal, target)


def _any_access(principal: Principal, _: Target) -> None:
    _require(principal.crm or principal.access_level is not AccessLevel.NONE, "access_level")


def _reach(principal: Principal, target: Target) -> None:
    _any_access(principal, target)
    if target.advisor_id is None or not in_reach(principal, target.advisor_id, target.advisor_unit_path):
        raise NotVisible("not_visible", {"missing": "reach"})


def _target_client(principal: Principal, target: Target) -> None:
    _reach(principal, target)
    _require(principal.manage_campaigns or principal.crm or target.takes_part, "manage_campaigns")


def _withdraw_client(principal: Principal, target: Target) -> None:
    _reach(principal, target)
    _manage_or_crm(principal, target)


def _reassign_client(principal: Principal, target: Target) -> None:
    _reach(principal, target)
    _manage_or_crm(principal, target)
    new = target.new_advisor_id
    if new is not None and not in_reach(principal, new, target.new_advisor_unit_path):
        raise NotVisible("not_visible", {"missing": "reach"})


def _correct_conclusion(principal: Principal, target: Target) -> None:
    _reach(principal, target)
    _require(principal.manage_campaigns or principal.user_id == target.recorded_by, "manage_campaigns")


def _import_from_crm(principal: Principal, _: Target) -> None:
    _require(principal.administrator or principal.crm, "administrator")


def _send_signals(principal: Principal, _: Target) -> None:
    _require(principal.crm, "crm")


def _administer(principal: Principal, _: Target) -> None:
    _require(principal.administrator, "administrator")


def _operate(principal: Principal, _: Target) -> None:
    _require(principal.operator, "operator")


def _check_figures(principal: Principal, _: Target) -> None:
    _require(principal.operator or principal.administrator, "operator")


_CHECKS: dict[Action, Callable[[Principal, Target], None]] = {
    Action.SEE_CAMPAIGN: _see_campaign,
    Action.CREATE_CAMPAIGN: _manage_or_crm,
    Action.CHANGE_CAMPAIGN: _change_campaign,
    Action.DUPLICATE_CAMPAIGN: _duplicate_campaign,
    Action.DELETE_CAMPAIGN: _change_campaign,
    Action.ARCHIVE_CAMPAIGN: _change_campaign,
    Action.REORDER_CAMPAIGNS: _manage,
    Action.SEE_CLIENT: _reach,
    Action.QUERY_CLIENTS: _any_access,
    Action.TARGET_CLIENT: _target_client,
    Action.CHANGE_TARGETED_CLIENT: _reach,
    Action.WITHDRAW_CLIENT: _withdraw_client,
    Action.REASSIGN_CLIENT: _reassign_client,
    Action.RECORD: _reach,
    Action.CONCLUDE: _reach,
    Action.LINK_ACCOUNTS: _reach,
    Action.AMEND_CONCLUSION: _correct_conclusion,
    Action.WITHDRAW_CONCLUSION: _correct_conclusion,
    Action.SEE_FIGURES: _any_access,
    Action.IMPORT_FROM_CRM: _import_from_crm,
    Action.SEND_SIGNALS: _send_signals,
    Action.ADMINISTER: _administer,
    Action.OPERATE: _operate,
    Action.SEE_ENGINE_LINKS: _operate,
    Action.CHECK_FIGURES: _check_figures,
}


def _may_change(principal: Principal, target: Target) -> bool:
    if principal.user_id in (target.creator_id, target.owner_id):
        return True
    owner = target.owner_id
    return principal.manage_campaigns and owner is not None and in_reach(principal, owner, target.owner_unit_path)


def _require(holds: bool, right: str) -> None:  # noqa: FBT001
    if not holds:
        raise Forbidden("right_missing", {"missing": right})
