"""`python -m services.campaign`: this service alone."""

from services.campaign.app import create_app
from services.campaign.settings import Settings
from shared.runtime.http import serve

if __name__ == "__main__":
    serve(create_app, Settings, role="campaign")
