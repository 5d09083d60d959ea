FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: `prepare` is the build, which needs the sources, and no dependency needs its own.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY bin ./bin
COPY src ./src
# Compiles, and bundles the workflow code: a worker that starts has nothing to build. Then drops what only the build
# needs, and what Temporal's client ships for other systems.
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name '*-linux-gnu' -exec rm -r {} + \
  && chmod 755 bin/lurewatch.js

FROM node:20.20.2-bookworm-slim
# Temporal's client verifies TLS with the system's certificates, which the slim image lacks. Node has its own.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
RUN echo 'lurewatch:x:10001:10001::/data:/usr/sbin/nologin' >> /etc/passwd \
  && echo 'lurewatch:x:10001:' >> /etc/group \
  && mkdir -m 0700 /data \
  && chown 10001:10001 /data \
  && ln -s /app/bin/lurewatch.js /usr/local/bin/lurewatch
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist/src ./dist/src

# Peak memory stays under 512 MB; beyond that something is wrong, and an error beats an ever growing worker.
ENV NODE_ENV=production \
  NODE_OPTIONS=--max-old-space-size=512 \
  LUREWATCH_CONFIG=/etc/lurewatch/lurewatch.yaml
USER 10001:10001
STOPSIGNAL SIGTERM
# Healthy: within the last minutes Temporal itself saw this worker ask for work.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=2 \
  CMD ["node", "/app/dist/src/health/check-health-file.js", "/tmp/lurewatch-health"]
# `monitoring.listen`, where it is configured: metrics and health.
EXPOSE 9464
ENTRYPOINT ["lurewatch"]
CMD ["worker", "--health-file", "/tmp/lurewatch-health"]
