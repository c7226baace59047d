"""A launcher without the product's roles: holds a data folder, starts the servers, says so, watches."""

import os
import signal
import sys
from pathlib import Path

from deploy.embedded import backing
from deploy.embedded.backing import Ports
from deploy.embedded.family import Family
from deploy.embedded.folder import DataFolder
from deploy.embedded.processes import free_port

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = DataFolder(Path(sys.argv[1]))
    ports = Ports(postgres=free_port(), nats=free_port(), temporal=free_port(), temporal_ui=free_port())
    family = Family(say=lambda line: print(line, flush=True))  # noqa: T201 (read by the test)
    with folder.held():
        try:
            addresses = backing.start(folder, ports, os.environ, family)
            print(f"ready {addresses}", flush=True)  # noqa: T201 (read by the test)
            family.watch()
        except KeyboardInterrupt:
            family.stop()
