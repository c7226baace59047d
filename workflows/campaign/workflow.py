"""A campaign's own life as one execution: it tells the start notice, the start and the end when their dates come.

Dates are absolute deadlines and can be moved by an update while the campaign lives. The end closes nothing (spec 2.2).
"""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shared.contracts.campaign import RecordMoment
    from shared.contracts.workflow import CAMPAIGN_DATES, CAMPAIGN_WORKFLOW, CampaignDates, CampaignStart
    from workflows.asking import ask
    from workflows.campaign.agenda import Agenda, Moment
    from workflows.campaign.ports import CampaignActivities


@workflow.defn(name=CAMPAIGN_WORKFLOW, failure_exception_types=[Exception])
class CampaignWorkflow:
    """Lives until the day after the end date, or until the campaign is deleted."""

    @workflow.init
    def __init__(self, start: CampaignStart) -> None:
        self._agenda = Agenda(start.dates, frozenset(start.reached))

    @workflow.run
    async def run(self, start: CampaignStart) -> None:  # noqa: ARG002  restored by __init__, before any handler runs
        """Wait for the next deadline, or for dates that moved; tell the moment; end after the last."""
        while (moment := self._agenda.next_moment()) is not None:
            if await self._moved_before(moment):
                continue
            told = RecordMoment(campaign_id=self._agenda.dates.campaign_id, kind=moment.kind, on=moment.on)
            await ask(CampaignActivities.record_moment, told)
            self._agenda = self._agenda.after(moment.kind)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update(name=CAMPAIGN_DATES)
    def dates(self, dates: CampaignDates) -> int:
        """Go by these dates unless a later version is known; answers the version now gone by."""
        self._agenda = self._agenda.moved(dates)
        return self._agenda.dates.version

    async def _moved_before(self, moment: Moment) -> bool:
        """Sleep until the moment; true when the dates moved meanwhile."""
        known = self._agenda.dates.version
        left = moment.at - workflow.now()
        if left <= timedelta(0):
            return False
        try:
            await workflow.wait_condition(
                lambda: self._agenda.dates.version != known, timeout=left, timeout_summary=moment.kind.lower()
            )
        except TimeoutError:
            return False
        return True
