// Runs a command line in the shell of a fresh simulated host, whose docker is ours: an adapter for the comparison with
// golden transcripts of the real one. `npm run build` makes the bundle that it needs.
//
// DRYDOCK_ENGINE names the unix socket of a real engine: then our CLI speaks to that one, which is emptied first.
import { execFileSync } from 'node:child_process'
import { openHeadless } from '../../apps/cli/dist/headless.mjs'

const LIMIT_MS = 60_000
const SIZE = { rows: 40, cols: 120 }
const HOME = '/tmp/oracle'
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const REAL = process.env.DRYDOCK_ENGINE

/** As the transcripts' engine got it: an image of one layer, imported a moment ago, that no registry knows. */
const BASE_IMAGE = `
  base=$(docker create busybox true)
  docker export $base | docker import -c 'CMD ["sh"]' -c 'ENV PATH=${PATH}' - imported
  docker rm $base; docker rmi busybox; docker tag imported busybox; docker rmi imported
`

export async function open() {
  if (REAL) wipe()
  const host = await openHeadless({ engine: REAL })
  const env = new Map(
    Object.entries({
      PATH,
      HOME,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      DOCKER_BUILDKIT: '0',
      DOCKER_CLI_HINTS: 'false',
      DOCKER_HOST: host.engine ?? 'unix:///var/run/docker.sock',
    }),
  )
  const run = async (cmd, { cwd = HOME, tty = false } = {}) => {
    const argv = tty ? ['/bin/bash', '-c', cmd] : ['/bin/sh', '-c', cmd]
    const outcome = await host.run({ argv, env, cwd, timeoutMs: LIMIT_MS, ...(tty ? { tty: SIZE } : {}) })
    return { stdout: text(outcome.stdout), stderr: text(outcome.stderr), exitCode: outcome.exitStatus }
  }
  await run(`mkdir ${HOME}`, { cwd: '/' })
  if (!REAL) await run(BASE_IMAGE)
  return {
    cwd: HOME,
    run,
    close: () => host.close(),
  }
}

const text = (bytes) => new TextDecoder().decode(bytes)

/** Leaves the real engine with the image busybox:latest alone. */
function wipe() {
  const env = { ...process.env, DOCKER_HOST: `unix://${REAL}` }
  const sh = (line) => execFileSync('sh', ['-c', line], { stdio: 'ignore', env })
  sh('docker swarm leave --force || true')
  sh('docker ps -aq | xargs -r docker rm -fv || true')
  sh(
    "docker images --format '{{.Repository}}:{{.Tag}}' | grep -v -e '^busybox:latest$' -e none | xargs -r docker rmi -f || true",
  )
  sh('docker system prune -f; docker volume ls -q | xargs -r docker volume rm || true')
}
