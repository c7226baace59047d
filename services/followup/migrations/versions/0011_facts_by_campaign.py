"""Whether a step was ever completed, or anything recorded in a campaign, is one look, however many facts there are."""

from alembic import op

revision = "0011"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index facts_by_campaign on facts"
        " ((event ->> 'campaign_id'), (event -> 'fact' ->> 'kind'), (event -> 'fact' ->> 'step_id'))"
        " where event -> 'fact' ->> 'kind' in"
        " ('StepBegun', 'StepCompleted', 'InteractionRecorded', 'InteractionPlanned', 'Concluded')"
    )
