# Three stages: styles and scripts, static binaries, and an image with nothing else in it that runs as nobody.
FROM node:20-bookworm-slim AS npm
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM golang:1.26-bookworm AS build
ENV CGO_ENABLED=0
# sets PDF files: the image has no Chromium
RUN apt-get update && apt-get install -y --no-install-recommends fonts-droid-fallback
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=npm /src/node_modules node_modules
ARG VERSION=docker
RUN go run ./cmd/assets \
 && go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/ ./cmd/juzhen ./cmd/weibo-sandbox \
 && mkdir -p /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/juzhen /out/weibo-sandbox /
COPY --from=build /usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf /usr/share/fonts/truetype/droid/
COPY --from=build --chown=65534:65534 /out/data /data
USER 65534:65534
ENV JUZHEN_LISTEN=0.0.0.0:8080 JUZHEN_DATA_DIR=/data
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["/juzhen", "health"]
ENTRYPOINT ["/juzhen"]
CMD ["serve", "--migrate"]
