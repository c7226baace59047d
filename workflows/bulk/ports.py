"""What the bulk workflow needs done outside."""

from temporalio import activity

from shared.contracts.workflow import BulkPages


class BulkActivities:
    """Asked of the follow-up service over NATS."""

    @activity.defn
    async def run_pages(self, pages: BulkPages) -> None:
        """Have page after page treated until none is left, saying after each how far it is."""
