"""`python -m bench.api.bare PORT FILE`: answers one file from the bare framework, with nothing in between."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main() -> None:
    """Serve until killed, with the server's settings of the hub."""
    body = Path(sys.argv[2]).read_bytes()

    async def result(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    async def ready(_request: Request) -> Response:
        return Response(status_code=200)

    routes = [Route("/readyz", ready), Route("/v1/result/{job_id}", result)]
    uvicorn.run(Starlette(routes=routes), port=int(sys.argv[1]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
