"""Campaigns: definitions in every version, documents, target shared out, clients targeted, each user's list order.

Publishes `CampaignDefined` (the definition whole, at each save), `ClientsTargeted`, `ClientsWithdrawn` and
`ClientsChanged` (batches of 500 at most), and `CampaignMoment` (once per kind). Asks the follow-up service to hold a
version, to reserve steps, and how far a job on clients is; answers `RecordMoment`, `PresentDefinition` and `OwnOrder`.
Listens to `UserChanged` and `ClientChanged` of the directory and to `FactRecorded`, and keeps what it needs of them.
"""
