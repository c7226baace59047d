"""`python -m deploy.embedded.web`: every web role in one process, on one origin."""

from importlib import import_module

import uvicorn
from starlette.applications import Starlette

from deploy.embedded.one_origin import OneOrigin
from deploy.embedded.roles import ROLES, Role
from shared.runtime import logging, memory
from shared.runtime.settings import Settings


def create_host() -> OneOrigin:
    """All roles, each built from its own settings."""
    return OneOrigin({role: _app_of(role) for role in ROLES})


def serve(app: object, settings: Settings, *, role: str) -> None:
    """Serve `app` until told to stop; connections that stay open (live push) are given three seconds."""
    logging.configure(settings, role=role)
    memory.settle()
    uvicorn.run(
        app,  # type: ignore[arg-type]  # uvicorn names the same ASGI types by other aliases
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
    )


def _app_of(role: Role) -> Starlette:
    settings = import_module(f"{role.package}.settings").Settings()
    app: Starlette = import_module(f"{role.package}.app").create_app(settings)
    return app


if __name__ == "__main__":
    serve(create_host(), Settings(), role="web")
