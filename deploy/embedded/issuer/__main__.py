"""`python -m deploy.embedded.issuer`: the issuer in a process of its own."""

from deploy.embedded.issuer.app import create_app
from deploy.embedded.issuer.settings import Settings
from deploy.embedded.web import serve

if __name__ == "__main__":
    settings = Settings()
    serve(create_app(settings), settings, role="issuer")
