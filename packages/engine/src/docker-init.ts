import { exitStatus, isErrno, type Process, type Program, SIGCHLD, SIGKILL, SIGSTOP } from '@drydock/abi'
import { searchPath } from '@drydock/libc'

/** Where the host keeps it; a container with --init finds it at /sbin/docker-init. */
export const DOCKER_INIT = '/usr/bin/docker-init'
const LAST_SIGNAL = 31
const NOT_FOUND = 127

/** Process 1 of a container with --init: hands signals on, reaps orphans, ends with its child. tini(1) */
export const dockerInit: Program = {
  name: 'docker/docker-init',
  paths: [DOCKER_INIT],
  covers: 'partial',
  lacks: ['options and TINI_ variables'],
  summary: 'a tiny but valid init for containers',
  sizeBytes: 820_000,
  rssBytes: 800_000,
  main: run,
}

async function run({ sys, argv, env }: Process): Promise<number> {
  const words = argv[1] === '--' ? argv.slice(2) : argv.slice(1)
  const say = (text: string): unknown => sys.write(2, new TextEncoder().encode(text))
  if (words.length === 0) {
    await say('tini (tini version 0.19.0)\nUsage: docker-init [OPTIONS] PROGRAM -- [ARGS] | --version\n')
    return 1
  }
  let child: number
  try {
    const path = searchPath(sys, words[0] ?? '', env.get('PATH'))
    child = await sys.spawn(path, { argv: words, env, pgid: 0, foreground: sys.isatty(0) })
  } catch (error) {
    if (!isErrno(error)) throw error
    await say(`[FATAL tini (${sys.getpid()})] exec ${words[0]} failed: ${error.message}\n`)
    return NOT_FOUND
  }
  for (let signal = 1; signal <= LAST_SIGNAL; signal++)
    if (signal !== SIGKILL && signal !== SIGSTOP && signal !== SIGCHLD)
      sys.sigaction(signal, () => sys.kill(child, signal), { restart: true })
  for (;;) {
    const ended = await sys.wait(-1)
    if (ended?.pid === child) return exitStatus(ended.status)
  }
}
