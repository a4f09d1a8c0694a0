"""The built packages: one version everywhere, nothing that does not belong, and at work from an empty environment."""

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from echodepth import __version__

from tests.sdk.conftest import Media
from tests.sdk.running import ROOT, run
from tests.sdk.serving import Served

BUILT = ROOT / "build" / "sdk"
PYTHON = """
import echodepth, sys
assert "site-packages" in echodepth.__file__, echodepth.__file__
with echodepth.EchoDepth() as client:
    print(client.analyse.image(sys.argv[1]).face_count)
    session = client.sessions.create()
    with client.sessions.stream(session.id) as stream:
        stream.send_frame(open(sys.argv[1], "rb").read())
        print(stream.receive(60).vad.valence)
"""
NODE = """
const frame = process.argv[2];
const { readFileSync } = await import('node:fs');
const client = new EchoDepth();
console.log((await client.analyse.image({ file: frame })).faceCount);
const stream = client.sessions.stream((await client.sessions.create()).id);
stream.on('vad', (update) => { console.log(update.vad.valence); stream.close(); });
stream.sendFrame(readFileSync(frame));
"""


def built(pattern: str) -> Path:
    """One file of the build."""
    found = list(BUILT.glob(pattern))
    if len(found) != 1:
        pytest.fail("the packages are not built: run `make sdk`")
    return found[0]


def test_every_package_has_the_same_version() -> None:
    node, other = (json.loads((ROOT / "sdk" / name / "package.json").read_text()) for name in ("node", "node-client"))
    source = (ROOT / "sdk" / "node" / "src" / "version.ts").read_text()

    versions = {__version__, node["version"], other["version"], other["dependencies"]["@echodepth/sdk"]}

    assert versions == {__version__}
    assert f"'{__version__}'" in source
    assert "dependencies" not in node


def test_the_blocking_client_is_what_the_other_one_makes_of_it() -> None:
    done = subprocess.run([sys.executable, ROOT / "sdk" / "python" / "unasync.py", "--check"], check=False)

    assert done.returncode == 0


def test_the_clients_import_nothing_of_the_hub() -> None:
    importing = re.compile(r"^\s*(?:from|import) (?:hub|connectors|oauth|analysis_core|sandbox|tests)\b", re.M)

    modules = list((ROOT / "sdk" / "python").rglob("*.py"))

    assert modules
    assert [path.name for path in modules if importing.search(path.read_text(encoding="utf-8"))] == []


def test_both_clients_have_the_same_files() -> None:
    def names(folder: str, suffix: str) -> set[str]:
        return {
            path.relative_to(ROOT / folder).with_suffix("").as_posix() for path in (ROOT / folder).rglob(f"*{suffix}")
        }

    python = {name.removeprefix("_async/") for name in names("sdk/python/src/echodepth", ".py") if "_sync" not in name}
    node = names("sdk/node/src", ".ts")

    assert python - node == {"__init__", "models/__init__", "inputs", "waiting"}
    assert node - python == {"index", "casing", "socket", "socket_frames"}


def test_the_packages_hold_the_clients_and_nothing_else() -> None:
    with zipfile.ZipFile(built("*.whl")) as wheel:
        inside = {name.split("/")[0] for name in wheel.namelist()}
        assert "echodepth/py.typed" in wheel.namelist()
    with tarfile.open(built("echodepth-sdk-*.tgz")) as package:
        names = package.getnames()

    assert inside == {"echodepth", f"echodepth-{__version__}.dist-info"}
    assert {name.split("/")[1] for name in names} == {"dist", "package.json", "README.md"}
    assert {"package/dist/esm/index.d.ts", "package/dist/cjs/index.d.ts", "package/dist/cjs/package.json"} <= set(names)


@pytest.mark.slow
def test_the_python_package_works_in_an_empty_environment(hub: Served, media: Media, tmp_path: Path) -> None:
    """The wheel, which is built from the source archive."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    run([python, "-m", "pip", "install", "--quiet", f"{built('*.whl')}[ed25519]"], tmp_path)

    printed = run(
        [python, "-I", "-c", PYTHON, str(media.frame)],
        tmp_path,
        ECHODEPTH_BASE_URL=hub.url,
        ECHODEPTH_API_KEY=hub.key(),
    )

    assert len(printed.splitlines()) == 2


@pytest.mark.slow
def test_the_node_packages_work_in_an_empty_folder(hub: Served, media: Media, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"private": true}', encoding="utf-8")
    packages = [str(built("echodepth-sdk-*.tgz")), str(built("echodepth-client-*.tgz"))]
    run(["npm", "install", "--silent", "--offline", "--no-audit", "--no-fund", *packages], tmp_path)
    programs = {
        "es.mjs": "import EchoDepth from '@echodepth/sdk';" + NODE,
        "other.mjs": "import { EchoDepth } from '@echodepth/client';" + NODE,
        "common.cjs": f"const {{ EchoDepth }} = require('@echodepth/client'); (async () => {{ {NODE} }})();",
    }
    environment = {"ECHODEPTH_BASE_URL": hub.url, "ECHODEPTH_API_KEY": hub.key()}

    for name, program in programs.items():
        (tmp_path / name).write_text(program, encoding="utf-8")
        printed = run(["node", name, str(media.frame)], tmp_path, **environment)
        assert len(printed.splitlines()) == 2, name


@pytest.mark.slow
def test_typescript_understands_the_packages(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    packages = [str(built("echodepth-sdk-*.tgz")), str(built("echodepth-client-*.tgz"))]
    run(["npm", "install", "--silent", "--offline", "--no-audit", "--no-fund", *packages], tmp_path)
    (tmp_path / "node_modules" / "@types").symlink_to(ROOT / "sdk" / "node" / "node_modules" / "@types")
    good = "import EchoDepth, { EchoDepth as Same, RateLimited, webhooks, type Analysis } from '@echodepth/client';\n"
    good += "const score = (await new EchoDepth().analyse.video({ file: 'a.mp4' })).trustScore?.toFixed(1);\n"
    good += "export const all: unknown[] = [score, Same, RateLimited, webhooks.verify, {} as Analysis];\n"
    (tmp_path / "good.mts").write_text(good, encoding="utf-8")
    (tmp_path / "good.cts").write_text(
        "import { EchoDepth } from '@echodepth/sdk';\nexport = EchoDepth;\n", encoding="utf-8"
    )
    (tmp_path / "bad.mts").write_text("import E from '@echodepth/sdk';\nnew E({ apiKey: 5 });\n", encoding="utf-8")
    compiler = [
        str(ROOT / "sdk" / "node" / "node_modules" / ".bin" / "tsc"),
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
    ]
    check = [*compiler, "--target", "es2022", "--types", "node"]

    run([*check, "good.mts", "good.cts"], tmp_path)
    with pytest.raises(AssertionError, match="not assignable"):
        run([*check, "bad.mts"], tmp_path)
