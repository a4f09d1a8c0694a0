# syntax=docker/dockerfile:1

# --- front-end files, exact versions from the lock ------------------------------------------------------------
FROM node:22-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json ./
COPY scripts/assets scripts/assets
RUN mkdir -p hub/console/static && scripts/assets

# --- dependencies and weights ---------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
ENV PYTHONDONTWRITEBYTECODE=1
COPY requirements/ requirements/
RUN python -m venv /opt/hub \
 && /opt/hub/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
 && /opt/hub/bin/uv pip install --no-cache --python /opt/hub/bin/python --require-hashes -r requirements/runtime.txt
# weights are built with packages that the running hub does not need
RUN python -m venv /opt/models \
 && /opt/hub/bin/uv pip install --no-cache --python /opt/models/bin/python --require-hashes -r requirements/dev.txt
COPY analysis_core/ analysis_core/
RUN ECHODEPTH_MODELS_DIR=/opt/weights /opt/models/bin/python -m analysis_core.models

# --- what runs ------------------------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 hub && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin hub \
 && install -d -o hub -g hub -m 0700 /data
WORKDIR /app
COPY --from=build /opt/hub /opt/hub
COPY --from=build /opt/weights /opt/weights
COPY hub/ hub/
COPY connectors/ connectors/
COPY oauth/ oauth/
COPY analysis_core/ analysis_core/
COPY templates/ templates/
COPY --from=assets /build/hub/console/static/vendor hub/console/static/vendor
ENV PATH=/opt/hub/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ECHODEPTH_MODELS_DIR=/opt/weights \
    HUB_HOST=0.0.0.0 \
    HUB_DATA_DIR=/data \
    HUB_LOG_FORMAT=json
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["python", "-m", "hub.cli"]
CMD ["serve"]
