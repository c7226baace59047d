"""`python -m services.notification`."""

from services.notification.app import create_app
from services.notification.settings import Settings
from shared.runtime.http import serve

if __name__ == "__main__":
    serve(create_app, Settings, role="notification")
