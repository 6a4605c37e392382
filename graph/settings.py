"""Settings, read once at the entry points from INNOGRAPH_* variables and passed on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph.errors import ConfigError


class Settings(BaseSettings):
    """Every setting. The variable of ``neo4j_uri`` is ``INNOGRAPH_NEO4J_URI``, and so on; docs/settings.md lists them."""

    model_config = SettingsConfigDict(env_prefix="INNOGRAPH_", frozen=True, extra="ignore")

    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("innograph"),
        description="Where the managed Neo4j, its data and downloads live.",
    )
    ontology: Path | None = Field(default=None, description="An ontology file to use instead of the built-in one.")
    lexicon: Path | None = Field(
        default=None, description="A folder of CSV files with names of your own (type, name, aliases)."
    )

    neo4j_uri: str = Field(
        default="", description="bolt:// or neo4j:// address of a Neo4j to use; empty starts the managed one."
    )
    neo4j_user: str = Field(default="neo4j", description="User for neo4j_uri.")
    neo4j_password: SecretStr = Field(default=SecretStr(""), description="Password for neo4j_uri.")
    neo4j_database: str = Field(default="neo4j", description="Database for neo4j_uri.")
    neo4j_line: Literal["lts", "latest"] = Field(
        default="lts",
        description="Which line of Neo4j the managed server runs: lts (5.26) or the newest calendar release.",
    )
    neo4j_jars: Path | None = Field(
        default=None,
        description="A folder for downloaded jars of Neo4j that several homes share; empty keeps them in home.",
    )
    neo4j_heap: str = Field(default="1g", pattern=r"^\d+[mg]$", description="Largest heap of the managed server.")
    neo4j_page_cache: str = Field(default="128m", pattern=r"^\d+[mg]$", description="Page cache of the managed server.")
    neo4j_java_options: str = Field(
        default="", description="More options for the Java of the managed server, as on a command line."
    )
    neo4j_browser: bool = Field(default=True, description="Serve the Neo4j Browser page from the managed server.")
    query_timeout: float = Field(default=30.0, gt=0, le=3600, description="Seconds a read query may take.")

    api_host: str = Field(default="127.0.0.1", description="Address the API listens on.")
    api_port: int = Field(default=8000, ge=0, le=65535, description="Port the API listens on.")
    api_key: SecretStr = Field(
        default=SecretStr(""), description="Key that callers send as X-API-Key; needed to listen beyond loopback."
    )
    api_max_body: int = Field(default=4_000_000, gt=0, description="Largest request body in bytes.")
    api_max_text: int = Field(default=200_000, gt=0, description="Longest text posted to the API, in characters.")
    api_timeout: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds until the answer to a request must begin."
    )
    api_concurrency: int = Field(default=64, gt=0, le=10_000, description="Requests the API serves at once.")

    max_file_bytes: int = Field(default=64_000_000, gt=0, description="Largest file the sources read, in bytes.")
    max_text_chars: int = Field(default=2_000_000, gt=0, description="Longest document, in characters.")
    allow_private_urls: bool = Field(
        default=False, description="Let ingest fetch http(s) addresses of private networks."
    )
    feedback: bool = Field(
        default=False,
        description="Weigh recommendations by what was learnt from verdicts (`innograph feedback learn`).",
    )
    embedder: Literal["auto", "none", "e5", "sentence-transformers", "openai"] = Field(
        default="auto",
        description="Source of sentence vectors: e5 (local), sentence-transformers, openai (an endpoint of its protocol), "
        "none; auto is e5 where it is installed.",
    )
    embedder_model: str = Field(default="", description="Model of sentence-transformers or of the endpoint.")
    embedder_url: str = Field(default="", description="Base address of the endpoint, to which /embeddings is added.")
    embedder_key: SecretStr = Field(default=SecretStr(""), description="Key for the endpoint, sent as a bearer token.")
    embedder_timeout: float = Field(
        default=30.0, gt=0, le=600, description="Seconds a request to the endpoint may take."
    )
    embedder_batch: int = Field(default=32, ge=1, le=2048, description="Texts of one request, or of one batch.")
    reader: Literal["best", "fast", "llm"] = Field(
        default="best", description="What extracts: a trained reader, best or fast, or a language model, llm."
    )
    llm_url: str = Field(default="", description="Base address of the endpoint, to which /chat/completions is added.")
    llm_model: str = Field(default="", description="The endpoint's name of the model.")
    llm_key: SecretStr = Field(default=SecretStr(""), description="Key for the endpoint, sent as a bearer token.")
    llm_timeout: float = Field(default=120.0, gt=0, le=3600, description="Seconds a request may take.")
    llm_price_in: float = Field(default=0.0, ge=0, description="Price of a million tokens sent, for the run report.")
    llm_price_out: float = Field(default=0.0, ge=0, description="Price of a million tokens received.")
    models: Path | None = Field(
        default=None,
        description="Folder of models of your own (python -m training --output); those that come with InnoGraph by default.",
    )


def load_settings() -> Settings:
    """Reads the settings from the environment.

    Raises:
        ConfigError: A variable has a value that cannot be used; the message names it, never a secret's value.
    """
    try:
        return Settings()
    except ValidationError as error:
        rows = [
            f"INNOGRAPH_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors(include_input=False)
        ]
        raise ConfigError("Settings cannot be used. " + "; ".join(rows)) from error
