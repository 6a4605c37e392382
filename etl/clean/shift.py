"""stub"""
from etl.clean.edits import Work


def gbk_shift(work: Work) -> None:
    """."""
