import { isErrno, O_WRONLY } from '@drydock/abi'
import { searchPath } from '@drydock/libc'
import { type Cli, CliError } from '@drydock/cli-plugin'

interface GitPlace {
  readonly remote: string
  /** A branch or a tag; '' for what the remote's HEAD is. */
  readonly ref: string
  /** Below the repository; '' for all of it. */
  readonly folder: string
}

const GIT = /^(git:\/\/|git@|github\.com\/|(https?|ssh):\/\/.*\.git(#|$)|https:\/\/github\.com\/[^/]+\/[^/#]+(#|$))/

/** Reads `https://host/name.git#ref:folder`. docs.docker.com/build/concepts/context, "Git repositories" @returns undefined for none */
export function gitPlace(text: string): GitPlace | undefined {
  if (!GIT.test(text)) return undefined
  const [remote = '', fragment = ''] = text.split('#')
  const [ref = '', folder = ''] = fragment.split(':')
  return { remote: remote.startsWith('github.com/') ? `https://${remote}` : remote, ref, folder }
}

/**
 * Clones the repository into a folder of its own, by the host's git.
 * @returns the folder of the context @throws CliError
 */
export async function cloneContext(cli: Cli, { remote, ref, folder }: GitPlace): Promise<string> {
  const { sys } = cli
  const place = `/tmp/docker-build-git${sys.getpid()}-${Math.floor(sys.clock.monotonic())}`
  const branch = ref === '' ? [] : ['--branch', ref]
  const argv = ['git', 'clone', '--quiet', '--depth', '1', ...branch, remote, place]
  const quiet = sys.open('/dev/null', O_WRONLY)
  try {
    const env = cli.env
    const path = searchPath(sys, 'git', env.get('PATH') ?? '/usr/bin:/bin')
    const pid = await sys.spawn(path, { argv, env, fds: new Map([0, 1, 2].map((fd) => [fd, fd === 2 ? 2 : quiet])) })
    const ended = await sys.wait(pid)
    if (ended?.status.kind !== 'exited' || ended.status.code !== 0) throw failure('fatal: exit status 128')
  } catch (error) {
    if (isErrno(error)) throw failure(error.message)
    throw error
  } finally {
    sys.close(quiet)
  }
  return folder === '' ? place : `${place}/${folder}`
}

const failure = (reason: string): CliError =>
  new CliError(
    `unable to prepare context: unable to 'git clone' to temporary context directory: error fetching: ${reason}`,
  )
