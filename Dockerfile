FROM python:3.12-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY migrations migrations
COPY src src
RUN python -m venv /opt/incident-bot \
 && pip wheel --quiet --no-deps --wheel-dir /tmp/wheel . \
 && /opt/incident-bot/bin/pip install --quiet --constraint constraints.txt /tmp/wheel/*.whl

FROM python:3.12-slim
COPY --from=build /opt/incident-bot /opt/incident-bot
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin bot \
 && install --directory --owner=bot --group=bot /data
ENV PATH=/opt/incident-bot/bin:$PATH \
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
# Past any proxy of the environment: the question is for this container.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["incident-bot"]
CMD ["run"]
