"""Figures: counters that each fact changes by its difference, and the indicators read from them.

Publishes nothing. Listens to `FactRecorded`, `CampaignDefined`, `UserChanged`, `UnitChanged` and `ClientChanged`; asks
the follow-up service for pages of its facts when the read model is filled anew, and the campaign service for the order
in which a user put campaigns. Owns the schema `reporting`.
"""
