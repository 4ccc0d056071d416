"""The shape of a storage's tree: as flat as can be, and red and black as [MS-CFB] section 2.6.4 asks."""

from __future__ import annotations

__all__ = ["NO_SIBLING", "Node", "sibling_tree"]

NO_SIBLING = -1
Node = tuple[int, int, bool]
"""Where the left and the right child stand in the order, and whether the node is red."""


def sibling_tree(count: int) -> list[Node]:
    """Make a tree of ``count`` nodes that stand in order; its top is ``count // 2``.

    Each node is the middle of its stretch, so that all levels are full but perhaps the last. Nodes of that one are
    red and all others black: every way down passes the same number of black ones, and no red one is above another.
    """
    full_levels = (count + 1).bit_length() - 1
    nodes: list[Node] = [(NO_SIBLING, NO_SIBLING, False)] * count
    waiting = [(0, count, 0)] if count else []
    while waiting:
        low, high, level = waiting.pop()
        middle = (low + high) // 2
        left = right = NO_SIBLING
        if low < middle:
            left = (low + middle) // 2
            waiting.append((low, middle, level + 1))
        if middle + 1 < high:
            right = (middle + 1 + high) // 2
            waiting.append((middle + 1, high, level + 1))
        nodes[middle] = (left, right, level >= full_levels)
    return nodes
