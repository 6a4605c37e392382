"""Turns what the driver raises into InnoGraph's errors, with the query named and something to do."""

from __future__ import annotations

from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    ConstraintError,
    DriverError,
    Forbidden,
    Neo4jError,
    ServiceUnavailable,
    UnsupportedServerProduct,
)

from graph.errors import ConfigError, Conflict, InnoGraphError, InvalidInput, StoreError, StoreUnavailable

# Everything the driver may raise while it runs a query. The plain Python errors come from packing parameters: a value
# of a type that has no form in Neo4j, or an integer beyond 64 bits.
DRIVER_ERRORS = (Neo4jError, DriverError)
PACKING_ERRORS = (TypeError, ValueError, OverflowError)

_UNAVAILABLE = "Check that it runs and is reachable (`innograph db status`, INNOGRAPH_NEO4J_URI), then try again."
_CREDENTIALS = "Check INNOGRAPH_NEO4J_USER and INNOGRAPH_NEO4J_PASSWORD."


def is_timeout(error: BaseException) -> bool:
    """Whether the server ended the query because its time was up."""
    # A query that waits for a lock when its time is up reports that it may wait no more.
    code = (error.code or "") if isinstance(error, Neo4jError) else ""
    return "TransactionTimedOut" in code or code.endswith("LockClientStopped")


def is_retryable(error: BaseException) -> bool:
    """Whether the same query may well succeed a moment later."""
    return isinstance(error, (Neo4jError, DriverError)) and error.is_retryable() and not is_out_of_memory(error)


def translate(error: BaseException, what: str, timeout: float | None = None) -> InnoGraphError:
    """The InnoGraph error for a driver error.

    Args:
        error: What the driver raised.
        what: Name of the query or act, for the message.
        timeout: Seconds that were granted, for the message about a timeout.
    """
    text = first_line(error)
    if is_timeout(error):
        granted = f" after {timeout:g} s" if timeout else ""
        return StoreUnavailable(
            f"{what} was stopped{granted}: too much to do, or too much else going on. "
            "Narrow the question, try again later, or raise INNOGRAPH_QUERY_TIMEOUT."
        )
    if is_out_of_memory(error):
        return StoreUnavailable(
            f"{what} needs more memory than the store grants. Narrow the question or raise INNOGRAPH_NEO4J_HEAP. "
            f"({text})"
        )
    if isinstance(error, Neo4jError) and "RateLimit" in (error.code or ""):
        return StoreUnavailable(f"{what}: Neo4j does not accept logins for a while ({text}). {_CREDENTIALS}")
    if isinstance(error, Neo4jError) and error.code == "Neo.ClientError.Statement.AccessMode":
        return StoreError(f"{what} is declared as reading, but writes ({text}).")
    if isinstance(error, AuthError | Forbidden) and not is_retryable(error):
        return StoreError(f"{what}: Neo4j refused the login or the permission ({text}). {_CREDENTIALS}")
    if isinstance(error, ConfigurationError | UnsupportedServerProduct):
        return ConfigError(f"{what}: the connection to Neo4j cannot be set up: {text}. Check INNOGRAPH_NEO4J_URI.")
    if isinstance(error, ConstraintError):
        return Conflict(f"{what}: the graph forbids it: {text}")
    if isinstance(error, ClientError) and _blames_input(error):
        return InvalidInput(f"{what}: a value cannot be used: {text}")
    if is_retryable(error) or isinstance(error, ServiceUnavailable):
        return StoreUnavailable(f"{what}: Neo4j cannot be reached or is busy: {text}. {_UNAVAILABLE}")
    return StoreError(f"{what} failed: {text}")


def translate_packing(error: BaseException, what: str) -> InvalidInput:
    """The InnoGraph error for a parameter that the driver cannot send."""
    return InvalidInput(f"{what}: a parameter cannot be stored in Neo4j: {error}")


def _blames_input(error: ClientError) -> bool:
    code = error.code or ""
    if code.endswith(("Statement.ParameterMissing", "Statement.TypeError", "Statement.ArgumentError")):
        return True
    # A full-text query that Lucene cannot parse.
    return "ProcedureCallFailed" in code and "ParseException" in (error.message or "")


def is_callers_fault(error: BaseException) -> bool:
    """Whether the text or a value of a query is wrong, rather than the store or the login."""
    return isinstance(error, ClientError) and not isinstance(error, AuthError) and not is_retryable(error)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the server ended the query because it would take too much memory."""
    return isinstance(error, Neo4jError) and "OutOfMemory" in (error.code or "")


def first_line(error: BaseException) -> str:
    """One line of the message, short enough for a log; never parameters, which the driver does not put there."""
    message = error.message if isinstance(error, Neo4jError) and error.message else str(error)
    lines = message.strip().splitlines() or [type(error).__name__]
    return lines[0][:300].rstrip(". ")
