"""What must stay true of the project as a whole, whoever adds to it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTGOING_WEBHOOKS = "webhook"  # a connector folder, but no third party: the hub signs with it by name
PROVIDERS = sorted(
    path.parent.name for path in (ROOT / "connectors").glob("*/manifest.toml") if path.parent.name != OUTGOING_WEBHOOKS
)


def sources(package: str) -> Iterator[Path]:
    yield from sorted((ROOT / package).rglob("*.py"))


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_locks_carry_no_registry_addresses() -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), *ROOT.glob("**/package-lock.json")]
    locks = [lock for lock in locks if "node_modules" not in lock.parts]

    offending = [
        lock.name for lock in locks if re.search(r"https?://[^\s\"]*(?:index|registry|simple|\.tgz)", lock.read_text())
    ]

    assert locks
    assert offending == []


def test_only_the_engine_package_imports_dbos() -> None:
    importers = [
        path.relative_to(ROOT).as_posix()
        for package in ("hub", "connectors", "oauth", "analysis_core")
        for path in sources(package)
        if any(module.split(".")[0] == "dbos" for module in imported_modules(path))
    ]

    assert importers
    assert [path for path in importers if not path.startswith("hub/engine/")] == []


def test_the_hub_names_no_provider() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in sources("hub")
        if path.name not in {"openapi_examples.py", "openapi_events.py"}  # for readers: they decide nothing
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in PROVIDERS
    ]

    assert PROVIDERS
    assert named == []


def test_a_connector_imports_only_the_base_and_itself() -> None:
    strangers = [
        f"{path.relative_to(ROOT)} imports {module}"
        for provider in [*PROVIDERS, OUTGOING_WEBHOOKS]
        for path in sources(f"connectors/{provider}")
        for module in imported_modules(path)
        if module.startswith("connectors.") and not module.startswith(("connectors.base", f"connectors.{provider}"))
    ]

    assert strangers == []


@pytest.mark.parametrize("package", ["hub", "connectors", "templates", "sandbox", "docs"])
def test_no_text_calls_the_score_a_lie_detector(package: str) -> None:
    claim = re.compile(r"(?<!not a )(?<!no )\b(?:lie[- ]detector|detects? lies|deception|polygraph)\b", re.IGNORECASE)
    denial = re.compile(r"\b(?:not|never|no|nor|isn't)\b", re.IGNORECASE)

    claims = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".html", ".md", ".toml", ".j2", ".json"} and "vendor" not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if claim.search(line) and not denial.search(line)
    ]

    assert claims == []


def test_importing_the_core_is_cheap() -> None:
    heavy = ["numpy", "librosa", "onnxruntime", "av", "cv2", "ai_edge_litert"]
    program = f"import sys, analysis_core; print([m for m in {heavy!r} if m in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert loaded.stdout.strip() == "[]"
