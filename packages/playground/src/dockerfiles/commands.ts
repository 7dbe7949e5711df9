import { AB, B, S, type DockerfileRow } from './row.ts'

/** RUN, and how a file is read. */
export const COMMANDS: readonly DockerfileRow[] = [
  { rule: 'RUN: shell form', dockerfile: `${B}RUN echo a > /x && echo b >> /x`, files: { x: 'a\nb\n' } },
  { rule: 'RUN: exec form has no shell', dockerfile: `${B}ENV V=1\nRUN ["touch", "/$V"]`, files: { $V: '' } },
  { rule: 'RUN: continuation and comments', dockerfile: `${B}RUN echo a \\\n# no\n  b > /x`, files: { x: 'a b\n' } },
  {
    rule: 'RUN: escape by directive',
    dockerfile: '# escape=`\nFROM busybox\nRUN echo a `\n b > /x',
    files: { x: 'a b\n' },
  },
  { rule: 'RUN: here-document', dockerfile: `${B}RUN <<E\necho a > /x\necho b >> /x\nE`, files: { x: 'a\nb\n' } },
  {
    rule: 'RUN: here-document with #!',
    dockerfile: `${B}RUN <<E\n#!/bin/sh\necho $0 > /x\nE`,
    files: { x: '/dev/pipes/E\n' },
  },
  {
    rule: 'RUN: here-document for a command',
    dockerfile: `${B}RUN cat <<E > /x\nline $HOME\nE`,
    files: { x: 'line /root\n' },
  },
  {
    rule: 'RUN: failure',
    dockerfile: `${B}RUN exit 7`,
    error: 'process "/bin/sh -c exit 7" did not complete successfully: exit code: 7',
  },
  {
    rule: 'RUN: a program that is not there',
    dockerfile: `${B}RUN ["nosuch"]`,
    error: 'process "nosuch" did not complete successfully: exit code: 1',
  },
  {
    rule: 'RUN: a user that is not there',
    dockerfile: `${B}USER nosuch\nRUN id`,
    error: 'unable to find user nosuch: no matching entries in passwd file',
  },
  {
    rule: 'RUN: what is removed is gone',
    dockerfile: `${B}RUN echo 1 > /x\nRUN rm /x && echo 2 > /y`,
    files: { y: '2\n' },
    missing: ['x'],
  },
  {
    rule: 'RUN: --mount=type=bind',
    dockerfile: `${B}RUN --mount=type=bind,target=/ctx cat /ctx/a > /x`,
    context: AB,
    files: { x: 'A' },
    missing: ['ctx/a'],
  },
  {
    rule: 'RUN: a bind is read-only',
    dockerfile: `${B}RUN --mount=target=/ctx touch /ctx/n`,
    context: AB,
    error: 'exit code: 1',
  },
  {
    rule: 'RUN: what is written to a bind is lost',
    dockerfile: `FROM scratch AS s\nCOPY a /a\n${B}RUN --mount=from=s,target=/s,rw echo n > /s/a; cat /s/a > /x`,
    context: AB,
    files: { x: 'n\n' },
  },
  {
    rule: 'RUN: --mount=type=cache',
    dockerfile: `${B}RUN --mount=type=cache,target=/c,id=rows echo 1 > /c/f\nRUN --mount=type=cache,target=/k,id=rows cat /k/f > /x`,
    files: { x: '1\n' },
    missing: ['c', 'k'],
  },
  {
    rule: 'RUN: --mount=type=tmpfs',
    dockerfile: `${B}RUN --mount=type=tmpfs,target=/t echo 1 > /t/f; ls /t > /x`,
    files: { x: 'f\n' },
    missing: ['t'],
  },
  {
    rule: 'RUN: a secret that is required',
    dockerfile: `${B}RUN --mount=type=secret,id=k,required true`,
    error: 'secret k: not found',
  },
  {
    rule: 'RUN: a secret that is not',
    dockerfile: `${B}RUN --mount=type=secret,id=k test ! -e /run/secrets/k && echo no > /x`,
    files: { x: 'no\n' },
  },
  {
    rule: 'RUN: unknown mount',
    dockerfile: `${B}RUN --mount=type=bnd,target=/x true`,
    error: 'unsupported mount type "bnd" (did you mean bind?)',
  },
  {
    rule: 'RUN: unknown key of a mount',
    dockerfile: `${B}RUN --mount=type=bind,tagret=/x true`,
    error: "unexpected key 'tagret' in 'tagret=/x' (did you mean target?)",
  },
  { rule: 'RUN: --network=none', dockerfile: `${B}RUN --network=none ls /sys/class/net > /x`, files: { x: 'lo\n' } },
  { rule: 'RUN: unknown network', dockerfile: `${B}RUN --network=foo true`, error: 'invalid network mode "foo"' },
  {
    rule: 'RUN: variables of the image',
    dockerfile: `${B}ENV A=1\nRUN echo $A-$PATH > /x`,
    files: { x: '1-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n' },
  },
  {
    rule: 'instructions: any case',
    dockerfile: `from scratch\ncopy a /\nlabel x=1`,
    context: AB,
    files: { a: 'A' },
    config: { Labels: { x: '1' } },
  },
  {
    rule: 'instructions: an unknown one',
    dockerfile: `${S}COPPY a /`,
    error: 'unknown instruction: COPPY (did you mean COPY?)',
  },
  {
    rule: 'directives: twice',
    dockerfile: `# escape=\\\n# escape=\\\n${S}`,
    error: 'only one escape parser directive can be used',
  },
  {
    rule: 'directives: after a comment they are comments',
    dockerfile: `# hello\n# escape=x\n${S}COPY a /`,
    context: AB,
    files: { a: 'A' },
  },
  {
    rule: 'directives: a wrong escape',
    dockerfile: `# escape=x\n${S}`,
    error: "invalid escape token 'x' does not match ` or \\",
  },
  {
    rule: 'directives: check with error',
    dockerfile: `# check=error=true\n${S}CMD x`,
    error: 'lint violation found for rules: JSONArgsRecommended',
  },
  { rule: 'a byte order mark is no text', dockerfile: `\ufeff${S}COPY a /`, context: AB, files: { a: 'A' } },
  {
    rule: 'lines that end in CR LF',
    dockerfile: `FROM scratch\r\nCOPY a /x\r\nCMD ["y"]\r\n`,
    context: AB,
    files: { x: 'A' },
    config: { Cmd: ['y'] },
  },
]
