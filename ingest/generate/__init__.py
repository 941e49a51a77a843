"""Synthetic extracts of the demonstration ente, and the single rows behind printed margins."""

from ingest.generate.demo import generate
from ingest.generate.margins import Margin, generate_margini

__all__ = ["Margin", "generate", "generate_margini"]
