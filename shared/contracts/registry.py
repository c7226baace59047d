"""Every event and every question there is, for the generated reference and for the tests that compare."""

from shared.contracts import bulk, campaign, crm, directory, followup, letters, queries, reconciling, to_do
from shared.contracts.wire import Answer, Event, Question

EVENTS: tuple[type[Event], ...] = (
    directory.UnitChanged,
    directory.UserChanged,
    directory.ClientChanged,
    directory.CalendarChanged,
    campaign.CampaignDefined,
    campaign.ClientsTargeted,
    campaign.ClientsWithdrawn,
    campaign.ClientsChanged,
    campaign.CampaignMoment,
    followup.FactRecorded,
    followup.SignalDecided,
    crm.SignalSent,
)

QUESTIONS: tuple[tuple[type[Question], type[Answer]], ...] = (
    (directory.ClientHoldings, directory.HoldingsFound),
    (directory.PresentCalendar, directory.CalendarFound),
    (directory.PersonAddress, directory.AddressFound),
    (queries.CountMatching, queries.MatchingCount),
    (queries.ClientsMatching, queries.MatchingClients),
    (campaign.PresentDefinition, campaign.DefinitionFound),
    (campaign.RecordMoment, campaign.MomentRecorded),
    (campaign.OwnOrder, campaign.OrderFound),
    (followup.HoldDefinition, followup.DefinitionHeld),
    (followup.ReserveSteps, followup.StepsReserved),
    (followup.PreviewEdit, followup.EditPreviewed),
    (followup.TargetingProgress, followup.TargetingCount),
    (followup.JobDecisions, followup.JobDecided),
    (followup.RecordedNumber, followup.Recorded),
    (followup.DirectSignals, followup.SignalsLogged),
    (followup.FactsPage, followup.Facts),
    (bulk.RunBulkPage, bulk.BulkPageRun),
    (letters.DeliverLetter, letters.LetterDelivered),
    (to_do.WorkOf, to_do.WorkFound),
    (reconciling.FollowUpDigests, reconciling.DigestsPage),
    (reconciling.FactsOfFollowUp, followup.Facts),
    (reconciling.CompareExecutions, reconciling.ExecutionsCompared),
    (reconciling.MendExecution, reconciling.ExecutionMended),
)
"""Each question with its answer."""
