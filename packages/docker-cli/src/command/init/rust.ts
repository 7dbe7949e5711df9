import { readTextFile } from '@drydock/libc'
import { APP_USER, type Platform, serverOn } from './platform.ts'

export const rust: Platform = {
  name: 'Rust',
  suits: 'suitable for a Rust server application',
  marks: [/^Cargo\.toml$/],
  async ask(prompts, cli, files) {
    const version = await prompts.input('What version of Rust do you want to use?', '1.90.0')
    const port = await prompts.port('What port does your server listen on?', '8080')
    const cargo = files.includes('Cargo.toml') ? await readTextFile(cli.sys, 'Cargo.toml') : ''
    const name = /^name\s*=\s*"([^"]+)"/m.exec(cargo)?.[1] ?? 'server'
    return {
      port: Number(port),
      compose: serverOn(port),
      ignored: ['**/target'],
      dockerfile: dockerfile(version, name, port),
    }
  },
}

const dockerfile = (version: string, name: string, port: string): string => `# syntax=docker/dockerfile:1

ARG RUST_VERSION=${version}
ARG APP_NAME=${name}

################################################################################
# Builds the application.
FROM rust:\${RUST_VERSION}-alpine AS build
ARG APP_NAME
WORKDIR /app

RUN apk add --no-cache clang lld musl-dev git

RUN --mount=type=bind,source=src,target=src \\
    --mount=type=bind,source=Cargo.toml,target=Cargo.toml \\
    --mount=type=bind,source=Cargo.lock,target=Cargo.lock \\
    --mount=type=cache,target=/app/target/ \\
    --mount=type=cache,target=/usr/local/cargo/registry/ \\
    cargo build --locked --release && \\
    cp ./target/release/$APP_NAME /bin/server

################################################################################
# What is shipped: the binary, and little beside it.
FROM alpine:latest AS final

${APP_USER}
COPY --from=build /bin/server /bin/

EXPOSE ${port}

CMD ["/bin/server"]
`
