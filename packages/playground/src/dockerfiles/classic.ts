import { B, type DockerfileRow, S } from './row.ts'

/** Where Docker's first builder does otherwise than BuildKit: moby, builder/dockerfile, and an engine of 20.10 that was asked. */
export const CLASSIC: readonly DockerfileRow[] = (
  [
    {
      rule: 'ARG: the history has its default without quotes',
      dockerfile: `${S}ARG A="x y"`,
      history: '/bin/sh -c #(nop)  ARG A=x y',
    },
    {
      rule: 'ARG: the history has its default with variables replaced, not what was given',
      dockerfile: `${S}ARG A=1\nARG B=\${A}2`,
      args: { B: '9' },
      history: '/bin/sh -c #(nop)  ARG B=12',
    },
    {
      rule: 'ARG: predefined ones are counted as none',
      dockerfile: `${B}RUN true`,
      args: { HTTP_PROXY: 'p' },
      history: '|0 /bin/sh -c true',
    },
    {
      rule: 'EXPOSE: the history has ports, not variables',
      dockerfile: `${S}ENV P="80 81"\nEXPOSE $P`,
      history: '/bin/sh -c #(nop)  EXPOSE 80 81',
    },
    { rule: 'EXPOSE: unknown protocol', dockerfile: `${S}EXPOSE 80/foo`, error: 'Invalid proto: foo' },
    { rule: 'RUN: nothing', dockerfile: `${B}RUN`, error: "The command '/bin/sh -c' returned a non-zero code: 2" },
    {
      rule: 'RUN: an empty list runs what the image runs',
      dockerfile: `${B}CMD ["touch", "/x"]\nRUN []`,
      files: { x: '' },
    },
    { rule: 'CMD: nothing', dockerfile: `${S}CMD`, config: { Cmd: ['/bin/sh', '-c'] } },
    { rule: 'ENTRYPOINT: nothing', dockerfile: `${S}ENTRYPOINT`, config: { Entrypoint: null } },
    {
      rule: 'WORKDIR: stays as written, and means what it is',
      dockerfile: `${B}WORKDIR /a/../b/./c/\nRUN pwd > /x`,
      config: { WorkingDir: '/a/../b/./c/' },
      files: { x: '/b/c\n' },
    },
    { rule: 'WORKDIR: a file', dockerfile: `${B}WORKDIR /bin/sh`, error: 'Cannot mkdir: /bin/sh is not a directory' },
    { rule: 'COPY: a URL', dockerfile: `${S}COPY http://x/y /`, error: "COPY failed: source can't be a URL for COPY" },
    {
      rule: 'FROM: no such platform',
      dockerfile: 'FROM --platform=foo busybox',
      error: 'failed to parse platform foo: "foo": unknown operating system or architecture: invalid argument',
    },
  ] satisfies readonly DockerfileRow[]
).map((row) => ({ ...row, rule: `classic, ${row.rule}`, classic: true }))
