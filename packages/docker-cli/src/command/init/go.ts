import { readTextFile } from '@drydock/libc'
import { APP_USER, type Platform, serverOn } from './platform.ts'

/** The line `go 1.25` of go.mod. */
const versionIn = (text: string): string => /^go\s+(\d+\.\d+(?:\.\d+)?)/m.exec(text)?.[1] ?? '1.25'

export const go: Platform = {
  name: 'Go',
  suits: 'suitable for a Go server application',
  marks: [/^go\.mod$/, /\.go$/],
  async ask(prompts, cli, files) {
    const known = files.includes('go.mod') ? versionIn(await readTextFile(cli.sys, 'go.mod')) : '1.25'
    const version = await prompts.input('What version of Go do you want to use?', known)
    const main = await prompts.input("What's the relative directory (with a leading .) of your main package?", '.')
    const port = await prompts.port('What port does your server listen on?', '8080')
    const sums = files.includes('go.sum') ? 'go.sum go.mod' : 'go.mod'
    return { port: Number(port), compose: serverOn(port), dockerfile: dockerfile(version, main, port, sums) }
  },
}

const dockerfile = (version: string, main: string, port: string, sums: string): string => `# syntax=docker/dockerfile:1

################################################################################
# Builds the application.
ARG GO_VERSION=${version}
FROM --platform=$BUILDPLATFORM golang:\${GO_VERSION} AS build
WORKDIR /src

# Modules are a step of their own: they are fetched anew only when what is needed changes.
COPY ${sums} ./
RUN --mount=type=cache,target=/go/pkg/mod/ \\
    go mod download -x

ARG TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod/ \\
    --mount=type=bind,target=. \\
    CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /bin/server ${main}

################################################################################
# What is shipped: the binary, and little beside it.
FROM alpine:latest AS final

RUN --mount=type=cache,target=/var/cache/apk \\
    apk --update add \\
        ca-certificates \\
        tzdata \\
        && \\
        update-ca-certificates

${APP_USER}
COPY --from=build /bin/server /bin/

EXPOSE ${port}

ENTRYPOINT [ "/bin/server" ]
`
