"""Home-page notices: one per campaign and advisor from the notice date on, with the clients to contact, pushed live.

Publishes nothing. Listens to `CampaignDefined` (name, dates, shares), `CampaignMoment` (the notice date was reached),
`FactRecorded` (who is in which campaign under which advisor), `UserChanged` and `ClientChanged`.
Who wants it is sent what there is to do by e-mail once a day: asks `PresentCalendar`, `PersonAddress` and `WorkOf`.
"""
