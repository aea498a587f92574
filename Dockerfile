# The one image of docker-compose.yml: the package, its locked dependencies, and the files it reads.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
ENV PATH=/opt/venv/bin:$PATH AIRFLOW_HOME=/opt/airflow GOLDTHREAD_HOME=/data

# The dependencies first: they change seldom, and this layer is kept.
WORKDIR /opt/goldthread
COPY requirements-postgres.lock ./
RUN python -m venv /opt/venv && pip install --require-hashes -r requirements-postgres.lock

COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY dags dags
COPY expectations expectations
COPY pipelines pipelines
COPY sql sql
RUN pip install --no-deps -e .

# Nobody's account but ours owns the data; the volumes take the owner of these folders.
RUN useradd --uid 50000 --no-create-home --home-dir /opt/airflow --shell /usr/sbin/nologin goldthread \
    && install -d -o goldthread -g goldthread -m 0750 /opt/airflow /opt/airflow/state /data
USER goldthread

CMD ["goldthread", "--help"]
