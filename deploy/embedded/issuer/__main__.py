"""`python -m deploy.embedded.issuer`: the issuer in a process of its own."""

from deploy.embedded.issuer.app import create_app
from deploy.embedded.issuer.settings import Settings
from deploy.embedded.settings import HostSettings
from deploy.embedded.web import serve

if __name__ == "__main__":
    serve(create_app(Settings()), HostSettings())
