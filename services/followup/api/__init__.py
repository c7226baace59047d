"""The HTTP interface of the follow-up service, under /api/followups."""

from services.followup.api.attachments import attachment_routes
from services.followup.api.commands import command_routes
from services.followup.api.due import due_routes
from services.followup.api.feeds import feed_routes
from services.followup.api.follow_ups import follow_up_routes
from services.followup.api.held import held_routes
from services.followup.api.interactions import interaction_routes
from services.followup.api.jobs import job_routes
from services.followup.api.letters import letter_routes, letters_not_sent_routes
from services.followup.api.links import link_routes
from services.followup.api.signals import signal_routes
from services.followup.api.timelines import timeline_routes
from services.followup.api.to_do import to_do_routes

__all__ = [
    "attachment_routes",
    "command_routes",
    "due_routes",
    "feed_routes",
    "follow_up_routes",
    "held_routes",
    "interaction_routes",
    "job_routes",
    "letter_routes",
    "letters_not_sent_routes",
    "link_routes",
    "signal_routes",
    "timeline_routes",
    "to_do_routes",
]
