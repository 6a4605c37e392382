# The API and the command line. The store is another container: docker-compose.yml.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt LICENSE NOTICE README.md ./
COPY innograph innograph
COPY api api
COPY etl etl
COPY graph graph
COPY cypher cypher
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    INNOGRAPH_HOME=/home/innograph/data
COPY constraints.txt /tmp/constraints.txt
COPY --from=build /wheels /tmp/wheels
RUN pip install --no-cache-dir -c /tmp/constraints.txt /tmp/wheels/*.whl \
    && rm -r /tmp/wheels /tmp/constraints.txt \
    && useradd --create-home --uid 10001 innograph
USER innograph
WORKDIR /home/innograph
EXPOSE 8000
# Listens on all addresses of the container, so it starts only with INNOGRAPH_API_KEY.
CMD ["innograph", "serve", "--host", "0.0.0.0", "--port", "8000"]
