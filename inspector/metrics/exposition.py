"""Metrics as text, in the form that a scraper asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector, CollectorRegistry

from inspector.metrics.families import families
from inspector.metrics.figures import Figures


class _Told(Collector):
    """Numbers that were read before: nothing fails while they are written out."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Family]:
        return families(self._figures)


def expose(figures: Figures, accept: str) -> tuple[bytes, str]:
    """The text and its content type: OpenMetrics where the Accept header asks for it, else Prometheus' own."""
    registry = CollectorRegistry(auto_describe=False)  # its own: the process' numbers are nobody's business
    registry.register(_Told(figures))
    encode, content_type = _encoder(accept)
    return encode(registry), content_type


def _encoder(accept: str) -> tuple[Callable[[CollectorRegistry], bytes], str]:
    try:
        return choose_encoder(accept)
    except (TypeError, ValueError):  # a version that is none
        return choose_encoder("")
