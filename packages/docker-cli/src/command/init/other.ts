import { APP_USER, type Platform } from './platform.ts'

export const other: Platform = {
  name: 'Other',
  suits: 'general purpose starting point for containerizing your application',
  marks: [],
  ask: () => Promise.resolve({ port: 0, compose: '', dockerfile: DOCKERFILE }),
}

const DOCKERFILE = `# syntax=docker/dockerfile:1

################################################################################
# A base for all stages: another image does as well, one with the tools that your application needs.
FROM alpine:latest AS base

################################################################################
# Builds the application.
FROM base AS build
# Here the steps that build your application write its files.
RUN echo -e '#!/bin/sh\\n\\
echo Hello world from $(whoami)! In order to get your application running in a container, take a look at the comments in the Dockerfile to get started.'\\
> /bin/hello.sh
RUN chmod +x /bin/hello.sh

################################################################################
# What is shipped: only what running it takes.
FROM base AS final

${APP_USER}
COPY --from=build /bin/hello.sh /bin/

ENTRYPOINT [ "/bin/hello.sh" ]
`
