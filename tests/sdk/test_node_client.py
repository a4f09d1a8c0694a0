"""The Node client: its own tests, run by Node's test runner, alone and against a running hub."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.sdk.conftest import Media
from tests.sdk.running import NODE_SDK, require_node_sdk, run
from tests.sdk.serving import Served


@pytest.fixture(scope="module")
def directory(media: Media, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the tests send."""
    require_node_sdk()
    target = tmp_path_factory.mktemp("node-media")
    files = {
        "frame.jpg": media.frame, "recording.wav": media.speech, "long.wav": media.long_speech,
        "call.wav": media.call, "call.vtt": media.call_words, "long.mp4": media.long_video,
    }  # fmt: skip
    for name, source in files.items():
        shutil.copy(source, target / name)
    cv2.imwrite(str(target / "grey.png"), np.full((240, 320, 3), 127, np.uint8))
    return target


def test_what_needs_no_hub() -> None:
    require_node_sdk()

    printed = run(["node", "--test", "--test-reporter=tap", *files_in(NODE_SDK / "tests")], NODE_SDK)

    assert "# fail 0" in printed
    assert "# pass 0" not in printed


@pytest.mark.parametrize("name", ["calls", "streams"])
def test_against_a_running_hub(hub: Served, directory: Path, name: str) -> None:
    printed = run(
        ["node", "--test", "--test-reporter=tap", str(NODE_SDK / "tests" / "hub" / f"{name}.test.mjs")],
        NODE_SDK,
        ECHODEPTH_BASE_URL=hub.url,
        ECHODEPTH_API_KEY=hub.key(organisation=f"Node {name}"),
        ECHODEPTH_TEST_MEDIA=str(directory),
        ECHODEPTH_TEST_SPEECH_KEY=hub.key(organisation=f"Node {name}", speech=True),
        ECHODEPTH_TEST_SLOW_KEY=hub.key(organisation=f"Node {name}", limits={"requests_per_minute": 2}),
    )

    assert "# fail 0" in printed
    assert "# skipped 0" in printed


def files_in(folder: Path) -> list[str]:
    """Test files directly in a folder."""
    return [str(path) for path in sorted(folder.glob("*.test.mjs"))]
