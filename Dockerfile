# Two stages: what builds never runs, and what runs can neither build nor install.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# Without pip: the venv is filled from outside, and nobody can add to it later.
RUN python3 -m venv --without-pip /app/venv
COPY requirements.lock ./
RUN pip --python /app/venv/bin/python install --quiet --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY worker worker
RUN pip --python /app/venv/bin/python install --quiet --no-build-isolation --no-deps .

FROM python:3.13-slim
# A number, so that Kubernetes' runAsNonRoot can tell. Volumes mounted at /data (for `trucewire up`) and /run/trucewire (for
# secrets) take over their owner.
RUN groupadd --system --gid 10001 trucewire \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin trucewire \
    && install -d -o 10001 -g 10001 /data /run/trucewire
COPY --from=build /app/venv /app/venv
COPY config /app/config
WORKDIR /app
# Threads that each unpack a large body would otherwise keep an arena of the allocator each, and none of it is given back.
# Bytecode was compiled in the build; the root file system is read-only from here on.
ENV PATH=/app/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    TRUCEWIRE_CONFIG=/app/config \
    TRUCEWIRE_DATA=/data
USER 10001:10001
CMD ["trucewire", "up"]
