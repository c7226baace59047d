"""`python -m services.directory`: this service alone."""

from services.directory.app import create_app
from services.directory.settings import Settings
from shared.runtime.http import serve

if __name__ == "__main__":
    serve(create_app, Settings, role="directory")
