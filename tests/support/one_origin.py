"""Portal, issuer and fake APIs behind one address, for a real browser."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.embedded.issuer.app import create_app as create_issuer
from deploy.embedded.issuer.settings import Settings as IssuerSettings
from services.portal.app import create_app
from services.portal.settings import Settings
from tests.support.fakes_portal import FakeApis


class OneOrigin:
    """Portal, issuer and APIs behind one address, as in the product."""

    def __init__(self, origin: str, folder: Path) -> None:
        """The portal as a browser at `origin` reaches it; `folder` holds who may sign in."""
        people = [{"external_id": "anne", "name": "Anne Martin", "title": "Conseillère"}]
        (folder / "demo-users.json").write_text(json.dumps(people))
        self.renew()
        self._portal = create_app(
            Settings(public_url=origin, session_key=SecretStr("k"), jalon_data=folder, log_level="ERROR")
        )
        self._issuer = create_issuer(
            IssuerSettings(
                jalon_env="embedded",
                jalon_data=folder,
                public_url=origin,
                oidc_issuer=f"{origin}/oidc",
                crm_client_secret=SecretStr("crm"),
            )
        )

    def renew(self) -> None:
        """APIs that know what they know at first."""
        self.apis = FakeApis(token=None)
        self.apis.follow_up.client_name = "Zoé Lefèvre"
        self._upstream = self.apis.app()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by whoever the path belongs to."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"].startswith("/oidc"):
            await self._issuer(scope, receive, send)
        elif scope["path"].startswith("/api"):
            await self._upstream(scope, receive, send)
        else:
            await self._portal(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._portal.router.lifespan_context(self._portal):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


@contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[None]:
    """The app at this port of this machine, on a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    yield
    server.should_exit = True
    thread.join()
