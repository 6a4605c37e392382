"""Driver errors become InnoGraph's, with the query named and something to do."""

from __future__ import annotations

import pytest
from neo4j.exceptions import (
    ClientError,
    ConfigurationError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    UnsupportedServerProduct,
)

from graph.errors import ConfigError, Conflict, InnoGraphError, InvalidInput, StoreError, StoreUnavailable
from graph.store.failures import is_retryable, translate, translate_packing


def server_error(code: str, message: str = "the message") -> Neo4jError:
    """What the driver makes of an answer of the server; there is no public way to build one."""
    return Neo4jError._hydrate_neo4j(code=f"Neo.{code}", message=message)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ServiceUnavailable("gone"), StoreUnavailable),
        (SessionExpired("gone"), StoreUnavailable),
        (server_error("TransientError.Transaction.DeadlockDetected"), StoreUnavailable),
        (server_error("TransientError.General.DatabaseUnavailable"), StoreUnavailable),
        (server_error("TransientError.General.MemoryPoolOutOfMemoryError"), StoreUnavailable),
        (server_error("ClientError.Transaction.TransactionTimedOutClientConfiguration"), StoreUnavailable),
        (server_error("ClientError.Security.AuthenticationRateLimit"), StoreUnavailable),
        (server_error("ClientError.Security.Unauthorized"), StoreError),
        (server_error("ClientError.Statement.AccessMode"), StoreError),
        (server_error("ClientError.Statement.SyntaxError"), StoreError),
        (server_error("DatabaseError.General.UnknownError"), StoreError),
        (server_error("ClientError.Statement.ParameterMissing"), InvalidInput),
        (server_error("ClientError.Statement.TypeError"), InvalidInput),
        (server_error("ClientError.Statement.ArgumentError"), InvalidInput),
        (server_error("ClientError.Procedure.ProcedureCallFailed", "… ParseException: Encountered"), InvalidInput),
        (server_error("ClientError.Procedure.ProcedureCallFailed", "another cause"), StoreError),
        (server_error("ClientError.Schema.ConstraintValidationFailed"), Conflict),
        (ConfigurationError("bad"), ConfigError),
        (UnsupportedServerProduct("not Neo4j"), ConfigError),
    ],
)
def test_each_error_has_its_class_and_names_the_query(error: Exception, expected: type[InnoGraphError]) -> None:
    translated = translate(error, "paths/shortest", 3.0)
    assert type(translated) is expected
    assert "paths/shortest" in str(translated)


def test_a_timeout_tells_the_time_and_the_setting() -> None:
    error = server_error("ClientError.Transaction.TransactionTimedOutClientConfiguration")
    message = str(translate(error, "paths/shortest", 2.5))
    assert "2.5 s" in message
    assert "INNOGRAPH_QUERY_TIMEOUT" in message


def test_what_needs_too_much_memory_is_not_tried_again() -> None:
    assert not is_retryable(server_error("TransientError.General.MemoryPoolOutOfMemoryError"))
    assert is_retryable(server_error("TransientError.Transaction.DeadlockDetected"))
    assert not is_retryable(server_error("ClientError.Statement.SyntaxError"))
    assert not is_retryable(ValueError("x"))


def test_refused_credentials_name_the_settings() -> None:
    message = str(translate(server_error("ClientError.Security.Unauthorized"), "Reaching bolt://x"))
    assert "INNOGRAPH_NEO4J_PASSWORD" in message


def test_a_long_message_is_cut_to_its_first_line() -> None:
    error = server_error("ClientError.Statement.SyntaxError", "first line. \nMATCH (secret)" + "x" * 999)
    assert isinstance(error, ClientError)
    assert str(translate(error, "q")) == "q failed: first line"


def test_a_parameter_that_cannot_be_sent_is_the_callers() -> None:
    error = translate_packing(OverflowError("too big"), "search/names")
    assert isinstance(error, InvalidInput)
    assert "search/names" in str(error)
