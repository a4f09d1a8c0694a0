"""What the score is and is not, for everybody who reads one."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.accounts.dependencies import OptionalMember
from hub.console.rendering import page

router = APIRouter()


@router.get("/about-scores")
def about_scores(request: Request, member: OptionalMember) -> Response:
    """Readable without signing in: people who were scored may want to know, too."""
    return page(request, "help/about_scores.html", member=member, layout="layout.html" if member else "plain.html")
