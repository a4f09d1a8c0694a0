"""Waiting for a store that is busy or away for a moment."""

from typing import Final

import sqlalchemy.exc
import tenacity

_WITHIN_S: Final = 60.0

store_patiently: Final = tenacity.retry(
    retry=tenacity.retry_if_exception_type(sqlalchemy.exc.OperationalError),
    wait=tenacity.wait_exponential(multiplier=0.1, max=2),
    stop=tenacity.stop_after_delay(_WITHIN_S),
    reraise=True,
)
"""For a transaction that notes what was done outside: making the call once more is worse than waiting."""
