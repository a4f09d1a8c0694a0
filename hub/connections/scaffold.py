"""`hub connector new`: a folder for one more provider, with everything that is left to do marked `TODO`."""

import ast
import inspect
import keyword
import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connectors import registry
from connectors.base import connector as contract
from hub.connections.kinds import Kind

_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "connector"
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_HEADINGS: Final = MappingProxyType({"source": "meetings", "destination": "crm", "notifier": "messaging"})
_EMPTY: Final = MappingProxyType({"Mapping": "{}", "frozenset": "frozenset()", "tuple": "()"})


class ScaffoldError(Exception):
    """The folder cannot be made; says why."""


def scaffold(name: str, kind: Kind, folder: Path) -> tuple[Path, ...]:
    """Make `folder/name`; gives its files. Raises `ScaffoldError` for a name that is taken or cannot be one."""
    _require_free(name, folder / name)
    words = [part.capitalize() for part in name.split("_")]
    facts = {"name": name, "title": " ".join(words), "class_name": "".join(words), "kind": kind.value}
    facts |= {"heading": _HEADINGS[kind], "body": _class_body(kind), "imports": _imports(kind)}
    drawer = Environment(  # noqa: S701 no page: these are files for a programmer
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True
    )
    made = tuple(folder / name / file.removesuffix(".jinja") for file in _wanted(drawer, kind))
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        template = drawer.get_template(f"{path.relative_to(folder / name).as_posix()}.jinja")
        path.write_text(template.render(facts), encoding="utf-8")
    registry.look_again()
    return made


def _wanted(drawer: Environment, kind: Kind) -> Iterator[str]:
    """Only a source gets events; `_` begins the name of what others include."""
    for file in drawer.list_templates(extensions=["jinja"]):
        if kind is Kind.SOURCE or "event" not in file:
            yield file


def _require_free(name: str, folder: Path) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ScaffoldError(f"{name!r} cannot be a connector's name: small letters, digits and single underscores")
    taken = {each for found in registry.all_manifests() for each in (found.id, *found.aliases)}
    if name in taken or folder.exists():
        raise ScaffoldError(f"there is a connector named {name!r} already: {folder}")


def _protocols(kind: Kind) -> list[ast.ClassDef]:
    wanted = ("Connector", kind.value.capitalize())
    classes = {
        node.name: node for node in ast.parse(inspect.getsource(contract)).body if isinstance(node, ast.ClassDef)
    }
    return [classes[name] for name in wanted]


def _class_body(kind: Kind) -> str:
    """Every member of the protocols, still to be written."""
    nodes = [node for protocol in _protocols(kind) for node in protocol.body]
    given = [_attribute(node) for node in nodes if isinstance(node, ast.AnnAssign)]
    methods = [
        _method(node)
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "__init__"
    ]
    return "\n\n".join([*(["\n".join(given)] if given else []), _CONSTRUCTOR, *methods])


_CONSTRUCTOR: Final = """    def __init__(self, client: AuthorizedClient) -> None:
        self._client = client"""


def _attribute(node: ast.AnnAssign) -> str:
    annotation = ast.unparse(node.annotation)
    empty = next(value for word, value in _EMPTY.items() if word in annotation)
    return f"    {ast.unparse(node.target)}: {annotation} = {empty}"


def _method(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The declaration as the protocol has it; its body says what is to be written."""
    said = " ".join((ast.get_docstring(node) or node.name).split("\n\n")[0].split())
    left = ast.Raise(ast.Call(ast.Name("NotImplementedError"), [ast.Constant(f"TODO: {node.name}")], []), None)
    node.body = [ast.Expr(ast.Constant(said)), left]
    text = ast.unparse(ast.fix_missing_locations(node))
    lines = text.replace("'TODO: " + node.name + "'", f'"TODO: {node.name}"').replace("=None", " = None").splitlines()
    return "\n".join(f"    {line}" for line in lines)


def _imports(kind: Kind) -> str:
    """Where the names in the declarations come from."""
    used = {
        name.id
        for protocol in _protocols(kind)
        for node in protocol.body
        for part in _declared(node)
        for name in ast.walk(part)
        if isinstance(name, ast.Name) and hasattr(contract, name.id)
    }
    origins: dict[str, list[str]] = {}
    for name in sorted({*used, "AuthorizedClient"}):
        origins.setdefault(_origin(name), []).append(name)
    lines = [f"from {module} import {', '.join(names)}" for module, names in sorted(origins.items())]
    ours = [line for line in lines if line.startswith("from connectors")]
    return "\n".join([*(line for line in lines if line not in ours), "", *ours]).lstrip()


def _declared(node: ast.stmt) -> list[ast.AST]:
    if isinstance(node, ast.AnnAssign):
        return [node.annotation]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.args, *([node.returns] if node.returns else [])]
    return []


def _origin(name: str) -> str:
    return str(getattr(getattr(contract, name), "__module__", "typing"))
