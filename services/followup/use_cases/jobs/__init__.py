"""Jobs over many follow-ups: asked for, their list fixed, run page by page, undone (docs/domain.md, Many at once)."""

from services.followup.use_cases.jobs.archiving import ArchivingJobs
from services.followup.use_cases.jobs.ask import AskJobs, DryRun
from services.followup.use_cases.jobs.run import RunJobs

__all__ = ["ArchivingJobs", "AskJobs", "DryRun", "RunJobs"]
