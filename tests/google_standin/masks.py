"""A fields mask → a tree; a tree and an answer → only what was asked for."""

import re

from tests.google_standin.wire import Json, Request, invalid

Tree = dict[str, "Tree"]
"""Field -> the fields wanted of it; an empty tree wants all."""


def parse(mask: str) -> Tree:
    """Return the tree of `a.b(c,d),e/f`; `*` and nothing want all."""
    tokens = re.findall(r"[\w*]+|[.,/()]", mask)
    tree: Tree = {}
    if "".join(tokens) != re.sub(r"\s", "", mask) or _read(tokens, (), tree):
        raise invalid(f"Request contains an invalid argument: fields {mask!r}")
    return {} if "*" in tree else tree


def _read(tokens: list[str], above: tuple[str, ...], tree: Tree) -> list[str]:
    """Read one list of paths into the tree; return the tokens after it."""
    while tokens and tokens[0] != ")":
        path, tokens = (*above, tokens[0]), tokens[1:]
        while len(tokens) > 1 and tokens[0] in "./":
            path, tokens = (*path, tokens[1]), tokens[2:]
        if tokens[:1] == ["("]:
            tokens = _read(tokens[1:], path, tree)[1:]
        else:
            _add(tree, path)
        if tokens[:1] == [","]:
            tokens = tokens[1:]
    return tokens


def _add(tree: Tree, path: tuple[str, ...]) -> None:
    for name in path[:-1]:
        if tree.get(name) == {}:
            return  # all of it is wanted already
        tree = tree.setdefault(name, {})
    tree[path[-1]] = {}


class Masked(list[Json]):
    """A list from which the mask has been taken already, for speed."""


def kept(tree: Tree, answer: Json) -> Json:
    """Return what the mask keeps of an answer; a part that is absent leaves `{}` above it."""
    if not tree or "*" in tree or isinstance(answer, Masked):
        return answer
    if isinstance(answer, list):
        return [kept(tree, item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {name: kept(tree[name], part) for name, part in answer.items() if name in tree}


def masked(request: Request, answer: dict[str, Json]) -> dict[str, Json]:
    """Return what the mask of a request keeps of its answer."""
    found: dict[str, Json] = kept(parse(request.one("fields")), answer)
    return found


def merged(tree: Tree, old: Json, new: Json) -> Json:
    """Return the old object with the masked fields taken from the new; absent ones are cleared."""
    if not tree or "*" in tree:
        return new
    result = dict(old or {})
    for name, below in tree.items():
        value = (new or {}).get(name)
        if below and isinstance(value, dict | None):
            value = merged(below, result.get(name), value) or None
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def wants(tree: Tree, *path: str) -> bool:
    """Say whether a mask asks for something at or below a path."""
    for name in path:
        if not tree or "*" in tree:
            return True
        if name not in tree:
            return False
        tree = tree[name]
    return True
