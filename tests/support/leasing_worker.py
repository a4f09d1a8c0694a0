"""`leasing_worker.py URL LIMIT CALLS`: spends a limit as one process of several; begins when a line comes in."""

import asyncio
import json
import sys
from datetime import UTC, datetime

from hub.accounts.leases import Leases, Limit
from hub.kit.database import Database

NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)


async def spend(url: str, limit: int, calls: int) -> dict[str, object]:
    leases, database = Leases(), Database(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    found = [await leases.take(database, Limit("key:requests", limit, 60), NOW) for _ in range(calls)]
    database.close()
    return {"passed": [one.exceeded for one in found].count(False), "resets": sorted({one.resets_at for one in found})}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(spend(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
