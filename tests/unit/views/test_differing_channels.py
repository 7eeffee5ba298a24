"""Which channels of two checkpoints of one namespace have to be read to be compared."""

from __future__ import annotations

from inspector.domain.checkpoint import Checkpoint
from inspector.views.change_items import differing_channels


def checkpoint(checkpoint_id: str, parent_id: str | None, **versions: str) -> Checkpoint:
    return Checkpoint(
        thread_id="t",
        checkpoint_ns="",
        checkpoint_id=checkpoint_id,
        parent_checkpoint_id=parent_id,
        step=1,
        source="loop",
        at=None,
        turn=1,
        hostname="",
        node_names=(),
        next=(),
        channels_changed=(),
        size_bytes=0,
        channel_versions=versions,
        metadata={},
    )


def test_a_version_with_a_random_part_is_of_one_write_wherever_it_stands() -> None:
    one = checkpoint("b", "a", kept="1.0.17", written="2.0.18")
    other = checkpoint("z", "y", kept="1.0.17", written="2.0.99", new="3.0.4")

    assert differing_channels(other, one) == {"written", "new"}


def test_a_version_that_only_counts_proves_nothing_between_two_branches() -> None:
    parent, child = checkpoint("a", None, kept="1", written="1"), checkpoint("b", "a", kept="1", written="2")
    cousin = checkpoint("c", "a", kept="1", written="2")

    assert differing_channels(child, parent) == {"written"}
    assert differing_channels(cousin, child) == {"kept", "written"}


def test_a_first_checkpoint_is_read_whole() -> None:
    assert differing_channels(checkpoint("a", None, one="1", two="1.0.5"), None) == {"one", "two"}
