# Two stages: the first builds and installs, the second holds only what runs.
#   docker build --tag incident-bot .
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY migrations migrations
COPY src src
# Without isolation, so that constraints.txt pins what builds as well as what is installed. The
# venv gets no pip, and its bytecode is compiled here: at run time nothing can be written there.
RUN pip install --quiet --constraint constraints.txt hatchling \
 && pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
 && python -m venv --without-pip /opt/incident-bot \
 && pip --python /opt/incident-bot/bin/python install --quiet --compile --constraint constraints.txt /tmp/wheel/*.whl

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="Incident Bot" \
      org.opencontainers.image.description="A self-hosted Slack bot that runs incidents and drafts the postmortem" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin bot \
 && install --directory --owner=bot --group=bot --mode=0700 /data
COPY --from=build /opt/incident-bot /opt/incident-bot
ENV PATH=/opt/incident-bot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATABASE_URL=sqlite:////data/incident-bot.db
# By number, so that Kubernetes' runAsNonRoot can see that it is not root.
USER 10001:10001
# An incident-bot.toml in /data is found without being named.
WORKDIR /data
VOLUME /data
EXPOSE 3000
# SIGTERM drains: answers what came in, ends the jobs in hand. That may take 20 seconds, and
# `docker stop` kills after 10: start with --stop-timeout 30 (compose.yaml says it by itself).
STOPSIGNAL SIGTERM
# http.client: no proxy of the environment comes between.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import http.client, os; probe = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 3000), timeout=4); probe.request('GET', '/healthz'); raise SystemExit(probe.getresponse().status != 200)"]
ENTRYPOINT ["incident-bot"]
CMD ["run"]
