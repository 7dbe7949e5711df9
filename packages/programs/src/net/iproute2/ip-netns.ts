/** ip-netns(8): network namespaces by name, each a file below /var/run/netns that the namespace is mounted on. */
import {
  CLONE_NEWNET,
  EEXIST,
  exitStatus,
  isErrno,
  MS_BIND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  type Process,
  type Sys,
} from '@drydock/abi'
import { searchPath } from '@drydock/libc'
import { IpProblem, unknownCommand } from './problem.ts'
import { abbreviated } from './words.ts'

const FOLDER = '/run/netns'
const fileOf = (name: string): string => `${FOLDER}/${name}`

function named(words: readonly string[], missing = 'No netns name specified'): string {
  const [name] = words
  if (name === undefined) throw new IpProblem(missing, 1)
  if (name === '' || name === '.' || name === '..' || name.includes('/'))
    throw new IpProblem(`Invalid netns name "${name}"`, 255)
  return name
}

/** Moves the caller into a namespace. @throws IpProblem */
export function enterNetns(sys: Sys, name: string): void {
  try {
    const fd = sys.open(fileOf(name), O_RDONLY)
    sys.setnsFd(fd, CLONE_NEWNET)
    sys.close(fd)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new IpProblem(`Cannot open network namespace "${name}": ${error.message}`, 255)
  }
}

function names(sys: Sys): string[] {
  try {
    return sys.readdir(FOLDER).map(({ name }) => name)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

/** The number the caller's namespace knows another one by. */
function idOf(sys: Sys, name: string): number | undefined {
  try {
    // Peers are given numbers when links are looked at.
    sys.netlink({ op: 'link-list' })
    return sys.netlink({ op: 'netns-id', path: fileOf(name) })
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Names of the namespaces by the numbers that the caller's one has given them. */
export function netnsNames(sys: Sys): ReadonlyMap<number, string> {
  return new Map(
    names(sys).flatMap((name) => {
      const id = idOf(sys, name)
      return id === undefined ? [] : [[id, name] as const]
    }),
  )
}

const list = ({ sys }: Process): string =>
  names(sys)
    .map((name) => {
      const id = idOf(sys, name)
      return id === undefined ? `${name}\n` : `${name} (id: ${id})\n`
    })
    .join('')

const listIds = ({ sys }: Process): string =>
  [...netnsNames(sys)].map(([id, name]) => `nsid ${id} (iproute2 netns name: ${name})\n`).join('')

function setId({ sys }: Process, words: readonly string[]): string {
  const name = named(words)
  const wanted = words[1]
  if (wanted === undefined) throw new IpProblem('No nsid specified', 255)
  if (inode(sys, fileOf(name)) === undefined)
    throw new IpProblem(`Cannot open network namespace "${name}": No such file or directory`, 255)
  try {
    sys.netlink({ op: 'netns-id', path: fileOf(name), ...(wanted !== 'auto' && { id: Number(wanted) }) })
    return ''
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new IpProblem('Error: Peer netns already has a nsid assigned.', 2)
  }
}

/** A child makes the namespace, so that the caller stays where it is. */
async function add({ sys }: Process, words: readonly string[]): Promise<string> {
  const name = named(words)
  const file = fileOf(name)
  try {
    sys.mkdir(FOLDER, 0o755)
  } catch (error) {
    if (error !== EEXIST) throw error
  }
  try {
    sys.close(sys.open(file, O_RDONLY | O_CREAT | O_EXCL, 0))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new IpProblem(`Cannot create namespace file "${file}": ${error.message}`, 1)
  }
  const child = sys.fork(({ sys: own }) => {
    own.unshare(CLONE_NEWNET)
    own.mount('/proc/self/ns/net', file, '', MS_BIND)
    return 0
  })
  const result = await sys.wait(child)
  if (result && exitStatus(result.status) === 0) return ''
  sys.unlink(file)
  throw new IpProblem(`Failed to create a new network namespace "${name}": Operation not permitted`, 255)
}

function remove({ sys }: Process, words: readonly string[]): string {
  const file = fileOf(named(words))
  try {
    sys.umount(file)
  } catch (error) {
    // Nothing is mounted there: the file itself may still be in the way.
    if (!isErrno(error)) throw error
  }
  try {
    sys.unlink(file)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new IpProblem(`Cannot remove namespace file "${file}": ${error.message}`, 1)
  }
  return ''
}

async function execute({ sys, env }: Process, words: readonly string[]): Promise<string> {
  const name = named(words)
  const command = words.slice(1)
  if (command.length === 0) throw new IpProblem('No command specified', 1)
  enterNetns(sys, name)
  try {
    return await sys.exec(searchPath(sys, command[0] ?? '', env.get('PATH')), command, env)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new IpProblem(`exec of "${command[0]}" failed: ${error.message}`, 1)
  }
}

/** The namespace's number, as its file and /proc/PID/ns/net show it; undefined where there is none. */
function inode(sys: Sys, path: string): number | undefined {
  try {
    return sys.stat(path).ino
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

function identify({ sys }: Process, [pid = 'self']: readonly string[]): string {
  const own = inode(sys, `/proc/${pid}/ns/net`)
  return names(sys)
    .filter((name) => own !== undefined && inode(sys, fileOf(name)) === own)
    .map((name) => `${name}\n`)
    .join('')
}

function pids({ sys }: Process, words: readonly string[]): string {
  const name = named(words)
  const wanted = inode(sys, fileOf(name))
  if (wanted === undefined) throw new IpProblem(`Cannot open network namespace: No such file or directory`, 1)
  return sys
    .processes()
    .filter(({ pid }) => inode(sys, `/proc/${pid}/ns/net`) === wanted)
    .map(({ pid }) => `${pid}\n`)
    .join('')
}

const COMMANDS = new Map<string, (process: Process, words: readonly string[]) => string | Promise<string>>([
  ['list', list],
  ['show', list],
  ['lst', list],
  ['add', add],
  ['delete', remove],
  ['exec', execute],
  ['identify', identify],
  ['list-id', listIds],
  ['set', setId],
  ['pids', pids],
])

export function ipNetns(process: Process, argv: readonly string[]): string | Promise<string> {
  const [first = 'list', ...rest] = argv
  const run = COMMANDS.get(abbreviated(first, [...COMMANDS.keys()]) ?? '')
  if (!run) throw unknownCommand(first, 'netns')
  return run(process, rest)
}
