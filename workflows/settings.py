"""What the worker reads from the environment."""

from pydantic import Field

from shared.runtime.settings import Settings as Shared


class Settings(Shared):
    """The worker's own variables, beside the shared ones."""

    worker_port: int = 8010
    """Where the worker answers /healthz, /readyz and /metrics."""
    worker_build_id: str = ""
    """Set where every build in use keeps a worker: executions then stay on their build until they continue as new."""
    worker_deployment: str = "campaigns"
    worker_cached_workflows: int = Field(default=2000, ge=0)
    worker_workflow_tasks: int = Field(default=40, ge=2)
    """Workflow tasks at once; pollers match it, since every update in flight needs one."""
    worker_sandboxed: bool = False
    """Tests run in the sandbox; production does not, since a cold replay costs half without it."""
