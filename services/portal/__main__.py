"""`python -m services.portal`."""

from services.portal.app import create_app
from services.portal.settings import Settings
from shared.runtime.http import serve

if __name__ == "__main__":
    serve(create_app, Settings, role="portal")
