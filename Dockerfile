# The dashboard in a container: no root, no build tools, and nothing written outside /data and /tmp.
#
#   docker build -t checkpoint-inspector .
#   docker run --read-only --tmpfs /tmp -p 127.0.0.1:8765:8765 -v inspector:/data \
#       -e INSPECTOR_STORES=postgresql://reader@db/app checkpoint-inspector
#
# docs/deploy/ says how to give it a login first: without one it does not listen for others. The same image syncs
# (`sync --watch`) and does whatever else `inspector` can. `--target workers` makes the sample workers of compose.yaml.

# A line of Python and a release of Debian: rebuilding brings their fixes. To pin all of it, add the digest:
# --build-arg BASE=python:3.11-slim-bookworm@sha256:...
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS base
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# The wheel, from pinned tools.
FROM base AS wheel
COPY requirements/build.txt requirements/
RUN python -m venv /build && /build/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY inspector inspector
COPY templates templates
COPY static static
COPY docs/rules docs/rules
RUN /build/bin/python -m hatchling build --target wheel --directory /dist

# What the dashboard is made of, as CycloneDX; `make sbom` writes the same.
FROM base AS sbom
COPY requirements/sbom.txt requirements/
RUN python -m venv /sbom && /sbom/bin/pip install --require-hashes -r requirements/sbom.txt
COPY pyproject.toml ./
COPY requirements/dashboard.txt requirements/
RUN /sbom/bin/cyclonedx-py requirements requirements/dashboard.txt --pyproject pyproject.toml --mc-type application \
    --output-reproducible --output-format JSON --output-file /sbom.cdx.json

# What changes least comes first: the pinned packages, then the wheel, then away with what only installs.
FROM base AS install
COPY requirements/dashboard.txt requirements/
RUN python -m venv /opt/inspector && /opt/inspector/bin/pip install --require-hashes -r requirements/dashboard.txt
COPY --from=wheel /dist /dist
RUN /opt/inspector/bin/pip install --no-index --no-deps /dist/*.whl \
 && /opt/inspector/bin/python -m compileall -q /opt/inspector/lib \
 && /opt/inspector/bin/pip uninstall --yes pip setuptools
COPY --from=sbom /sbom.cdx.json /opt/inspector/

FROM base AS install-workers
COPY requirements/workers.txt requirements/
RUN python -m venv /opt/inspector && /opt/inspector/bin/pip install --require-hashes -r requirements/workers.txt
COPY --from=wheel /dist /dist
RUN /opt/inspector/bin/pip install --no-index --no-deps /dist/*.whl \
 && /opt/inspector/bin/python -m compileall -q /opt/inspector/lib \
 && /opt/inspector/bin/pip uninstall --yes pip setuptools

FROM ${BASE} AS runtime
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin inspector \
 && install --directory --owner=inspector --group=inspector --mode=0700 /data
ENV PATH=/opt/inspector/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001

# Real LangGraph graphs with the probe, for trying the dashboard. Not for production.
FROM runtime AS workers
COPY --from=install-workers /opt/inspector /opt/inspector
ENV LANGGRAPH_STRICT_MSGPACK=true \
    LANGSMITH_TRACING=false
EXPOSE 8000
ENTRYPOINT ["python", "-m", "inspector.demo.service"]
CMD ["--help"]

# Last, so that it is what a build makes that names no target.
FROM runtime AS dashboard
LABEL org.opencontainers.image.title="Checkpoint Inspector" \
      org.opencontainers.image.description="A read-only web dashboard for LangGraph checkpoint stores" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0"
COPY --from=install /opt/inspector /opt/inspector
ENV INSPECTOR_DATA_DIR=/data
VOLUME /data
EXPOSE 8765

# Without curl in the image, and past any proxy in the environment. `sync --watch` listens on no port: switch it off there.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import http.client, sys; c = http.client.HTTPConnection('127.0.0.1', 8765, timeout=4); c.request('GET', '/-/health?check=live'); sys.exit(c.getresponse().status != 200)"]

ENTRYPOINT ["inspector"]
CMD ["serve", "--host", "0.0.0.0"]
