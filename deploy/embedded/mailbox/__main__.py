"""`python -m deploy.embedded.mailbox`: the mailbox in a process of its own."""

from deploy.embedded.mailbox.app import create_app
from deploy.embedded.mailbox.settings import Settings
from deploy.embedded.web import serve

if __name__ == "__main__":
    settings = Settings()
    serve(create_app(settings), settings, role="mailbox")
