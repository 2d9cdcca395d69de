# MinIO hands out no binaries any more; this builds the version that the tests use.
FROM debian:12 AS build
COPY scripts/minio-server scripts/bootstrap /src/scripts/
COPY requirements-tools.lock /src/
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates python3 python3-pip python3-venv \
    && cp "$(python3 /src/scripts/minio-server)" /minio

FROM debian:12
COPY --from=build /minio /usr/local/bin/minio
RUN useradd --system --uid 901 minio && install -d -o minio /data
USER minio
ENTRYPOINT ["minio"]
