# Build: compiles the native modules and TypeScript, then drops what only the build needs
FROM node:22-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json bundle.mjs ./
COPY src src
COPY indexer indexer
COPY data data
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:22-bookworm-slim
ENV NODE_ENV=production MATCHGRAPH_HOME=/data MATCHGRAPH_HOST=0.0.0.0 MATCHGRAPH_PORT=8787
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/src/http/pages/static src/http/pages/static
COPY --from=build /app/data data
# leaves what V8 compiles of the program in the image, which may be read-only later
RUN MATCHGRAPH_HOME=/tmp/warm sh -c 'node dist/src/cli.js index && timeout 5 node dist/src/cli.js serve || true'; rm -rf /tmp/warm
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8787
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s \
  CMD node -e "fetch('http://127.0.0.1:8787/readyz').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"
ENTRYPOINT ["node", "dist/src/cli.js"]
CMD ["serve"]
