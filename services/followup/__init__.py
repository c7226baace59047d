"""Follow-ups: the read model, the facts, the log of commands and the CRM's signals.

Owns: follow-ups with their facts, commands with their verdicts, texts that belong to them. The only service that speaks
to Temporal.
Publishes: `FactRecorded`.
Listens to: `CampaignDefined`, `ClientsTargeted`, `UserChanged`, `ClientChanged`.
Asks the campaign service what became of a reservation.
Runs jobs over many follow-ups, asked by people or implied by archiving.
Answers: `RunBulkPage`, `HoldDefinition`, `ReserveSteps`, `TargetingProgress`, `RecordedNumber`, `DirectSignals`,
`FactsPage`, `WorkOf`.
"""
