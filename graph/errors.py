"""The errors of InnoGraph. Each message names the input and says what to do.

InnoGraphError
  ConfigError          a setting, an environment variable or a file of settings is wrong
  InvalidInput         what the caller gave cannot be used
  NotFound             there is no such thing
  Conflict             the thing is in a state that forbids the request
  StoreError           the store refused or failed
    StoreUnavailable   the store cannot be reached now; trying again may help
  EndpointError        a language model's endpoint refused or cannot be reached now
    EmbedderError      the source of sentence vectors refused or cannot be reached now
  StageError           a document failed in a stage of its way; carries ``stage`` and ``document``
"""

from __future__ import annotations


class InnoGraphError(Exception):
    """Base of every error that InnoGraph raises on purpose."""

    retryable = False


class ConfigError(InnoGraphError):
    """A setting, an environment variable or a settings file is wrong."""


class InvalidInput(InnoGraphError):
    """The caller's input cannot be used as it is."""


class NotFound(InnoGraphError):
    """What was asked for does not exist."""


class Conflict(InnoGraphError):
    """The thing is in a state that forbids the request."""


class StoreError(InnoGraphError):
    """The store refused the request or failed while serving it."""


class StoreUnavailable(StoreError):
    """The store cannot be reached now. Trying again may help."""

    retryable = True


class EndpointError(InnoGraphError):
    """An endpoint refused, failed, or cannot be reached now. Trying again may help.

    Attributes:
        status: HTTP status of a refusal, else 0.
    """

    retryable = True
    status = 0


class EmbedderError(EndpointError):
    """The source of sentence vectors refused, failed, or cannot be reached now."""


class StageError(InnoGraphError):
    """A document failed in one stage of its way.

    Attributes:
        stage: Name of the stage, for example ``"clean"``.
        document: uid of the document, or its source where it has no uid yet.
    """

    def __init__(self, message: str, *, stage: str, document: str) -> None:
        super().__init__(message)
        self.stage = stage
        self.document = document

    def __reduce__(self) -> tuple[object, ...]:
        return _stage_error, (str(self), self.stage, self.document)


def _stage_error(message: str, stage: str, document: str) -> StageError:
    return StageError(message, stage=stage, document=document)
