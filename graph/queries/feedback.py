"""Queries behind the verdicts on recommendations."""

from __future__ import annotations

from collections.abc import Sequence

from graph.store.query import Query


def give(*, uid: str, start: str, candidate: str, mode: str, accepted: bool, shares: Sequence[float]) -> Query[None]:
    """Keeps a verdict; ``shares`` are those of the parts of the score, in their order."""
    return Query(
        "feedback/give",
        lambda _: None,
        {
            "uid": uid,
            "start": start,
            "candidate": candidate,
            "mode": mode,
            "accepted": accepted,
            "shares": list(shares),
        },
        write=True,
    )


def given(*, mode: str) -> Query[tuple[tuple[tuple[float, ...], bool], ...]]:
    """The (shares, accepted) of all verdicts of a mode."""
    return Query(
        "feedback/given",
        lambda rows: tuple((tuple(map(float, row["shares"])), bool(row["accepted"])) for row in rows),
        {"mode": mode},
    )


def learned() -> Query[str]:
    """What was learnt, as JSON; ``""`` for nothing."""
    return Query("feedback/learned", lambda rows: rows[0]["learned"] or "")


def learn(*, learned: str) -> Query[None]:
    """Keeps what was learnt."""
    return Query("feedback/learn", lambda _: None, {"learned": learned}, write=True)


def reset() -> Query[int]:
    """Deletes all verdicts and what was learnt; the number of verdicts."""
    return Query("feedback/reset", lambda rows: int(rows[0]["deleted"]), write=True)
