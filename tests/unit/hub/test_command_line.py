"""The `hub` command."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
_PROBE = """
import json, sys
sys.argv = ["hub", "analyse", "--help"]
from hub.cli import main
try:
    main()
except SystemExit:
    pass
print(json.dumps([name for name in ("fastapi", "uvicorn", "dbos", "sqlalchemy") if name in sys.modules]))
"""


def test_analysing_a_file_loads_neither_the_web_nor_the_engine() -> None:
    printed = subprocess.run([sys.executable, "-c", _PROBE], cwd=ROOT, check=True, capture_output=True, text=True)

    assert json.loads(printed.stdout.splitlines()[-1]) == []
