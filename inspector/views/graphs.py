"""The namespaces of a thread, and those of them that its page links to.

A subgraph without a memory of its own leaves one at every call, and hundreds of them are no navigation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from inspector.domain.thread import Namespace
from inspector.views.contexts import GraphList, NamespaceItem

#: Subgraphs that one page of links has, newest first counted; JSON has them all.
GRAPHS = 24


def namespace_items(namespaces: Sequence[Namespace], current: str) -> tuple[NamespaceItem, ...]:
    """Calls of the same subgraph leave namespaces of the same name, which their order tells apart."""
    same = Counter(item.node_names for item in namespaces)
    met: Counter[tuple[str, ...]] = Counter()
    found = []
    for item in namespaces:
        met[item.node_names] += 1
        number = met[item.node_names] if same[item.node_names] > 1 else 0
        is_current = item.checkpoint_ns == current
        found.append(NamespaceItem(item.checkpoint_ns, item.checkpoints, item.node_names, is_current, number))
    return tuple(found)


def list_graphs(namespaces: Sequence[NamespaceItem], text: str, page: int) -> GraphList:
    """The root, the current one, and a page of those whose name or number holds `text`. A page beyond the last is the
    last."""
    subgraphs = [item for item in namespaces if item.checkpoint_ns]
    matching = [item for item in subgraphs if text.casefold() in _name(item)]
    pages = max(1, -(-len(matching) // GRAPHS))
    page = min(page, pages)
    end = len(matching) - (page - 1) * GRAPHS
    listed = {item.checkpoint_ns for item in matching[max(0, end - GRAPHS) : end]}
    shown = (item for item in namespaces if not item.checkpoint_ns or item.current or item.checkpoint_ns in listed)
    return GraphList(
        items=tuple(shown),
        total=len(subgraphs),
        matching=len(matching),
        text=text,
        older=str(page + 1) if page < pages else "",
        newer=str(page - 1) if page > 1 else "",
    )


def _name(item: NamespaceItem) -> str:
    """What the page shows of it, and its own name, which holds the ids of its tasks."""
    return f"{' '.join(item.node_names)} {item.number or ''}\n{item.checkpoint_ns}".casefold()
