# The dashboard in a container: no root, no build tools, and nothing written outside /data.
#
#   docker build -t checkpoint-inspector .
#   docker run --read-only -p 8765:8765 -v inspector:/data -e INSPECTOR_STORES=postgresql://reader@db/app checkpoint-inspector
#
# Opened under another name than localhost, the dashboard wants that name in INSPECTOR_ALLOWED_HOSTS.

ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

# First what changes least: two environments, one to build with and one to take along, both from hashed pins.
COPY requirements/build.txt requirements/dashboard.txt requirements/
RUN python -m venv /build && /build/bin/pip install --require-hashes -r requirements/build.txt
RUN python -m venv /opt/inspector && /opt/inspector/bin/pip install --require-hashes -r requirements/dashboard.txt

COPY pyproject.toml README.md LICENSE ./
COPY inspector inspector
COPY templates templates
COPY static static
RUN /build/bin/python -m hatchling build --target wheel --directory /dist \
 && /opt/inspector/bin/pip install --no-index --no-deps /dist/*.whl \
 && /opt/inspector/bin/python -m compileall -q /opt/inspector/lib \
 && /opt/inspector/bin/pip uninstall --yes pip setuptools

FROM python:${PYTHON}-slim
COPY --from=build /opt/inspector /opt/inspector
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin inspector \
 && install --directory --owner=inspector --group=inspector --mode=0700 /data

ENV PATH=/opt/inspector/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    INSPECTOR_DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 8765

# Without curl in the image, and past any proxy in the environment.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import http.client, sys; c = http.client.HTTPConnection('127.0.0.1', 8765, timeout=4); c.request('GET', '/-/health'); sys.exit(c.getresponse().status != 200)"]

ENTRYPOINT ["inspector"]
CMD ["serve", "--host", "0.0.0.0"]
