"""What a node of Python could be by mistake, and putting it into a tree. Whoever uses it decides where, and who notices."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

_OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip

_TURNED = {"min": "max", "max": "min", "any": "all", "all": "any"}


def variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The nearest mistakes: another comparison, connective, sign, truth, number, result; a step left out."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield "another comparison", _with(node, ops=[_OTHER[type(node.ops[0])]()])
    elif isinstance(node, ast.BoolOp):
        yield "and for or", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "without not", node.operand
    elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
        yield "another sign", _with(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "the other truth", _with(node, value=not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield "one more", _with(node, value=node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        yield "another byte", _with(node, value=node.value + b"?")
    elif isinstance(node, ast.If):
        yield "always", _with(node, test=ast.Constant(True))
        yield "never", _with(node, test=ast.Constant(False))
    elif isinstance(node, ast.Return):
        yield "no result", ast.Pass() if node.value is None else _with(node, value=ast.Constant(None))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Yield):
        yield "step left out", ast.If(ast.Constant(False), [node], [])  # still a generator where it was one


def more_variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Mistakes a rule can hold besides: a boundary, a term, a member, a refusal left out; turned about; one less."""
    if isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            if len(node.ops) > 1:
                yield f"another comparison ({at + 1})", _without_or(node, "ops", at, _OTHER[type(op)]())
            if isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                back = ast.Gt() if isinstance(op, ast.Lt | ast.LtE) else ast.Lt()
                yield f"the other way round ({at + 1})", _without_or(node, "ops", at, back)
    elif isinstance(node, ast.BoolOp):
        for at in range(len(node.values)):
            yield f"without term {at + 1}", _shorter(node, node.values, at)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "without minus", node.operand
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv):
        yield "times", _with(node, op=ast.Mult())
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield "one less", _with(node, value=node.value - 1)
    elif isinstance(node, ast.IfExp):
        yield "always", node.body
        yield "never", node.orelse
    elif isinstance(node, ast.Raise):
        yield "not raised", ast.Pass()
    elif isinstance(node, ast.Assign | ast.AugAssign) and isinstance(_target(node), ast.Attribute):
        yield "not set", ast.Pass()
    elif isinstance(node, ast.Set | ast.Tuple | ast.List) and isinstance(
        getattr(node, "ctx", None), ast.Load | None
    ):
        for at in range(len(node.elts)):
            left = [one for place, one in enumerate(node.elts) if place != at]
            yield f"without member {at + 1}", _with(node, elts=left) if left else _nothing_like(node)
    elif isinstance(node, ast.Dict):
        for at in range(len(node.keys)):
            yield (
                f"without entry {at + 1}",
                _with(
                    node,
                    keys=[one for place, one in enumerate(node.keys) if place != at],
                    values=[one for place, one in enumerate(node.values) if place != at],
                ),
            )
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in _TURNED:
        yield f"{_TURNED[node.id]} for {node.id}", _with(node, id=_TURNED[node.id])


def _target(node: ast.Assign | ast.AugAssign) -> ast.expr:
    return node.target if isinstance(node, ast.AugAssign) else node.targets[0]


def _without_or(node: ast.Compare, field: str, at: int, by: ast.cmpop) -> ast.AST:
    made = list(getattr(node, field))
    made[at] = by
    return _with(node, **{field: made})


def _shorter(node: ast.BoolOp, values: list[ast.expr], at: int) -> ast.AST:
    left = [one for place, one in enumerate(values) if place != at]
    return _with(node, values=left) if len(left) > 1 else left[0]


def _nothing_like(node: ast.Set | ast.Tuple | ast.List) -> ast.AST:
    """The empty set has no display of its own."""
    return (
        ast.Call(ast.Name("set", ast.Load()), [], []) if isinstance(node, ast.Set) else _with(node, elts=[])
    )


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def in_order(tree: ast.AST) -> list[ast.AST]:
    """The nodes of a tree in the order in which `replaced` counts them."""
    order: list[ast.AST] = []

    class Walk(ast.NodeVisitor):
        def visit(self, node: ast.AST) -> None:
            order.append(node)
            self.generic_visit(node)

    Walk().visit(tree)
    return order


class _Replace(ast.NodeTransformer):
    def __init__(self, place: int, by: ast.AST) -> None:
        self.place, self.by, self.at = place, by, -1

    def visit(self, node: ast.AST) -> Any:
        self.at += 1
        return ast.copy_location(self.by, node) if self.at == self.place else self.generic_visit(node)


def replaced[T: ast.AST](tree: T, place: int, by: ast.AST) -> T:
    """A copy of the tree with another node at this place."""
    changed: T = ast.fix_missing_locations(_Replace(place, by).visit(copy.deepcopy(tree)))
    return changed
