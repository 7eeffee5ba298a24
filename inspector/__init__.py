"""Checkpoint Inspector: see which worker wrote which LangGraph thread, and why memory does not persist.

The base install is this package without any dependency, so that `inspector.probe` can live inside other
people's workers. The dashboard comes with the extra `[dashboard]`, the demo with `[demo]`.
"""

__version__ = "0.1.0"
