"""`python -m sandbox`: serve the simulators until Ctrl-C."""

import uvicorn

from sandbox.app import create_app
from sandbox.settings import SandboxSettings


def main() -> None:
    """Serve on `SANDBOX_HOST`:`SANDBOX_PORT`."""
    settings = SandboxSettings()
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_level="warning")


if __name__ == "__main__":
    main()
