"""The follow-up of one client in one campaign, as one durable execution."""
