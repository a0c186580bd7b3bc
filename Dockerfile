# The image of a worker. It runs a function of serverless.yml on ECS Fargate, EKS or a plain server. See docs/workers.md.
#
#   docker build --platform linux/arm64 -t starling .
#   docker run -e AWS_REGION=… -e STARLING_STAGE=dev -e STARLING_BLOBS=… -p 4280:4280 starling researcher

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY tools/trim-packages.js tools/
# No production package has an install script.
RUN npm ci --omit=dev --ignore-scripts && node tools/trim-packages.js

FROM node:24-slim
ENV NODE_ENV=production
# Health probes come from outside the container.
ENV STARLING_HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
# .dockerignore lists the files that are copied.
COPY . .
# The user without rights that the base image has. The worker writes no files.
USER node
EXPOSE 4280
# The worker then takes no more messages. Running tasks have `--drain` seconds to end.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.STARLING_PORT || 4280}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/starling.js", "worker"]
