"""`python -m services.followup`: this service as a process of its own."""

from services.followup.app import create_app
from services.followup.settings import Settings
from shared.runtime.http import serve

if __name__ == "__main__":
    serve(create_app, Settings, role="followup")
