import { exitStatus, isErrno, O_RDWR } from '@drydock/abi'
import { ComposeError, isList, isMapping, type Tree } from '@drydock/cli-plugin/compose-file'
import { readLines, searchPath } from '@drydock/libc'
import type { Service } from '../model/types.ts'
import { done, failed, type Progress, working } from '../progress/tasks.ts'
import type { ComposeCli } from '../session/compose-cli.ts'

/** What a provider says of its work, one JSON text a line. docker/compose docs/extension.md */
interface Said {
  readonly type?: string
  readonly message?: string
}

const WORDS = {
  up: { during: 'Creating', after: 'Created', act: 'create' },
  down: { during: 'Removing', after: 'Removed', act: 'remove' },
} as const

/**
 * Has a program that is no container make a service, or take it away.
 * @returns variables for the services that depend on it
 * @throws ComposeError where there is no such program, or it fails
 */
export async function runProvider(
  cli: ComposeCli,
  place: { readonly project: string; readonly name: string; readonly service: Service },
  verb: 'up' | 'down',
  progress: Progress,
): Promise<ReadonlyMap<string, string>> {
  const { name, service } = place
  const path = providerPath(cli, service.provider?.type ?? '')
  const options = [...optionWords(service.provider?.options)]
  const argv = [path, 'compose', '--project-name', place.project, verb, ...options, name]
  const given = [...(service.environment ?? [])].flatMap(([key, value]) => (value ? [[key, value] as const] : []))
  const env = new Map([...cli.env, ...given, ['DOCKER_CONTEXT', cli.env.get('DOCKER_CONTEXT') ?? 'default']])
  const { during, after, act } = WORDS[verb]
  progress.on(working(name, during))
  const [read, write] = cli.sys.pipe()
  const nothing = cli.sys.open('/dev/null', O_RDWR)
  const fds = new Map([
    [0, nothing],
    [1, write],
    [2, nothing],
  ])
  const pid = await cli.sys.spawn(path, { argv, env, fds })
  for (const fd of [write, nothing]) cli.sys.close(fd)
  const variables = await listen(readLines(cli.sys, read), name, progress)
  cli.sys.close(read)
  const ended = await cli.sys.wait(pid)
  const status = ended ? exitStatus(ended.status) : 1
  if (status !== 0) {
    progress.on(failed(name, `exit status ${status}`))
    throw new ComposeError(`failed to ${act} service provider: exit status ${status}`)
  }
  progress.on(done(name, after))
  return variables
}

async function listen(
  lines: AsyncIterable<string>,
  name: string,
  progress: Progress,
): Promise<ReadonlyMap<string, string>> {
  const variables = new Map<string, string>()
  for await (const line of lines) {
    const { type = '', message = '' } = said(line)
    if (type === 'error') {
      progress.on(failed(name, message))
      throw new ComposeError(message)
    }
    if (type === 'info') progress.on(working(name, message))
    else if (type === 'setenv') {
      const at = message.indexOf('=')
      if (at < 0) throw new ComposeError(`invalid response from plugin: ${message}`)
      variables.set(message.slice(0, at), message.slice(at + 1))
    } else if (type !== 'debug') throw new ComposeError(`invalid response from plugin: ${type}`)
  }
  return variables
}

function said(line: string): Said {
  try {
    return JSON.parse(line) as Said
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const character = /\S/.exec(line)?.[0] ?? ''
    throw new ComposeError(`invalid character '${character}' looking for beginning of value`)
  }
}

/** A plugin of docker's, or a program on the path. */
function providerPath(cli: ComposeCli, type: string): string {
  if (type === 'compose') throw new ComposeError("'compose' is not a valid provider type")
  const folders = [
    `${cli.env.get('HOME') ?? '/root'}/.docker/cli-plugins`,
    '/usr/local/libexec/docker/cli-plugins',
    '/usr/libexec/docker/cli-plugins',
  ]
  const plugin = folders.map((folder) => `${folder}/docker-${type}`).find((path) => cli.files.kind(path) === 'file')
  if (plugin !== undefined) return plugin
  try {
    return searchPath(cli.sys, type, cli.env.get('PATH'))
  } catch (error) {
    if (isErrno(error)) throw new ComposeError(`exec: ${JSON.stringify(type)}: executable file not found in $PATH`)
    throw error
  }
}

/** An option that has several values is given several times. */
function* optionWords(options: Tree | undefined): Generator<string, void, void> {
  if (!isMapping(options)) return
  for (const [key, value] of options) for (const each of isList(value) ? value : [value]) yield `--${key}=${each}`
}
