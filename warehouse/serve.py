"""Serve the dashboards on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

from ingest.errors import AmbitoError
from ingest.paths import ROOT, Paths
from warehouse import versions

HOST = "127.0.0.1"


class PortBusyError(AmbitoError):
    """Another program answers on that port."""


def serve(paths: Paths, port: int, say: Callable[[str], None] = lambda _: None) -> None:
    """Serve the dashboards until interrupted.

    Args:
        paths: Where things are.
        port: Port of the loopback address.
        say: Told, in Italian, where to look.

    Raises:
        NothingPublishedError: There is nothing to show.
        PortBusyError: The port is taken.
        AmbitoError: The server ended by itself.
    """
    version = versions.current(paths)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise PortBusyError(f"La porta {port} è già usata. Che fare: chiudere l'altro programma o usare --port.")
    say(f"cruscotti su http://{HOST}:{port} (versione {version.name}); Ctrl+C per chiudere")
    command = [sys.executable, "-m", "streamlit", "run", "dashboards/app.py"]
    command += ["--server.address", HOST, "--server.port", str(port), "--logger.hideWelcomeMessage", "true"]
    environment = {**os.environ, "AMBITO_DATA": str(paths.data), "AMBITO_ROOT": str(paths.root)}
    # streamlit finds its settings from the working directory
    with subprocess.Popen(command, cwd=ROOT, env=environment) as server:
        # ending this process ends the server too, instead of leaving it behind on the port
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            status = server.wait()
        except KeyboardInterrupt:
            status = server.wait()
    if status not in (0, -signal.SIGINT, -signal.SIGTERM):
        raise AmbitoError(f"I cruscotti si sono chiusi con errore {status}. Che fare: vedere i messaggi sopra.")
