"""Cleans a text: repairs what is certain, flags what is not, touches nothing else."""

from etl.clean.pipeline import clean
from etl.clean.report import Cleaned, Flag, Offsets, Repair

__all__ = ["Cleaned", "Flag", "Offsets", "Repair", "clean"]
