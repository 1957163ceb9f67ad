# docker build -t mlops-audit . && docker run --rm -v "$PWD:/repository:ro" mlops-audit --format markdown=-
FROM python:3.12-slim AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.12-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --no-install-recommends --yes git \
    && rm -rf /var/lib/apt/lists/*
# hadolint ignore=DL3013
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links=/wheels mlops-audit
RUN useradd --create-home --uid 10001 audit
USER 10001
WORKDIR /repository
ENTRYPOINT ["mlops-audit"]
