import {
  CLONE_NEWCGROUP,
  EACCES,
  ENOENT,
  isDirectory,
  isErrno,
  type Process,
  RESOURCES,
  type Sys,
  X_OK,
} from '@drydock/abi'
import { readFile, searchPath } from '@drydock/libc'
import { makeDirectories, writeBytes } from '../state/files.ts'
import { DEFAULT_PATH } from './default-path.ts'
import type { ContainerSpec, ProcessSpec } from './process-spec.ts'
import { mountRoot } from './root-mounts.ts'
import { findUser, type RuntimeUser, UserError } from './users.ts'

/**
 * Descriptors of the child besides 0, 1 and 2: where it tells what went wrong and, by closing it, that nothing did;
 * and where it waits for a byte to go on. The end of the second means that the daemon is gone or has given up.
 */
export const ERROR_FD = 3
export const GATE_FD = 4

/** What keeps a container from starting, in runc's words. */
class InitError extends Error {}

/** Its own filter would keep the runtime from coming as far as the program. */
class FilterError extends Error {}

const encoder = new TextEncoder()

/** First steps of a container's process 1, up to exec: what `runc init` does. */
export const containerInit =
  (spec: ContainerSpec) =>
  async (process: Process): Promise<number> =>
    reporting(process.sys, async () => {
      const { sys } = process
      if (!(await passGate(sys))) return 1
      sys.unshare(CLONE_NEWCGROUP)
      setSysctls(sys, spec)
      if (spec.machine !== undefined) writeBytes(sys, '/proc/sys/kernel/arch', spec.machine)
      // From there the way to each mount point is short.
      sys.chdir(spec.rootfs)
      mountRoot(sys, { ...spec, rootfs: '.' })
      sys.pivotRoot('.')
      sys.chdir('/')
      if (spec.hostname !== '') nameHost(sys, spec.hostname)
      const file = spec.isModule ? await executableModule(sys, spec.process.args[0] ?? '') : undefined
      return becomeProcess(sys, { ...spec.process, ...(file === undefined ? {} : { file }) }, 'first')
    })

/**
 * The shims for WebAssembly read a module themselves and ask for no permission to execute it: a copy in the container's
 * /dev, which is memory, stands for what they read. github.com/containerd/runwasi
 * @returns undefined where there is no such file, or none is needed
 */
async function executableModule(sys: Sys, path: string): Promise<string | undefined> {
  try {
    if (!path.includes('/') || sys.stat(path).mode & 0o111) return undefined
    writeBytes(sys, MODULE, await readFile(sys, path))
    sys.chmod(MODULE, 0o755)
    return MODULE
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}
const MODULE = '/dev/.module'

/** @throws InitError */
function nameHost(sys: Sys, name: string): void {
  try {
    sys.sethostname(name)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new InitError(`sethostname: ${lower(error.message)}`)
  }
}

/** First steps of a further process of a running container: `docker exec`. The caller is in its namespaces already. */
export const execInit =
  (spec: ProcessSpec) =>
  async (process: Process): Promise<number> =>
    reporting(process.sys, async () => {
      const { sys } = process
      if (!(await passGate(sys))) return 1
      sys.close(GATE_FD)
      sys.chdir('/')
      return becomeProcess(sys, spec, 'further')
    })

async function reporting(sys: Sys, steps: () => Promise<number>): Promise<number> {
  try {
    return await steps()
  } catch (error) {
    const known = isErrno(error) || [InitError, FilterError, UserError].some((kind) => error instanceof kind)
    if (!known || !(error instanceof Error)) throw error
    const kind = error instanceof UserError ? 'user' : error instanceof FilterError ? 'filter' : 'init'
    await sys.write(ERROR_FD, encoder.encode(JSON.stringify({ kind, message: error.message })))
    return 1
  }
}

async function becomeProcess(sys: Sys, spec: ProcessSpec, which: 'first' | 'further'): Promise<number> {
  const user = findUser(sys, spec.user, spec.groupAdd)
  const env = environment(spec.env, user)
  limit(sys, spec)
  if (which === 'first') makeWorkingDirectory(sys, spec.cwd)
  adjustScore(sys, spec.oomScoreAdj)
  // Whoever is not root may not change the bounding set any more; what is effective lasts until exec.
  sys.capabilities(spec.capabilities)
  takeIdentity(sys, user)
  if (spec.noNewPrivileges) sys.noNewPrivileges()
  enterDirectory(sys, spec.cwd || '/')
  const file = spec.file ?? findProgram(sys, spec.args[0] ?? '', env.get('PATH'))
  if (OWN_CALLS.some((call) => spec.seccomp?.has(call))) throw new FilterError('cannot start a stopped process')
  sys.close(ERROR_FD)
  // As at runc's exec.fifo: the daemon marks the container as running before its program can ask.
  if (which === 'first' && !(await passGate(sys))) return 1
  if (which === 'first') sys.close(GATE_FD)
  if (spec.seccomp) sys.prctl({ seccomp: spec.seccomp })
  return replace(sys, file, spec.args, env)
}

/** What the runtime itself still does behind its filter: without it a container ends before it has begun. */
const OWN_CALLS = ['open', 'write', 'close'] as const

/** @returns whether the daemon wants it to go on */
const passGate = async (sys: Sys): Promise<boolean> => (await sys.read(GATE_FD, 1)).length > 0

async function replace(
  sys: Sys,
  file: string,
  args: readonly string[],
  env: ReadonlyMap<string, string>,
): Promise<number> {
  try {
    return await sys.exec(file, args, env)
  } catch (error) {
    if (!isErrno(error)) throw error
    const reason = error.message.charAt(0).toLowerCase() + error.message.slice(1)
    await sys.write(2, encoder.encode(`exec ${file}: ${reason}\n`))
    return 255
  }
}

function environment(pairs: readonly string[], user: RuntimeUser): Map<string, string> {
  const env = new Map(
    pairs.map((pair): [string, string] => {
      const at = pair.indexOf('=')
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
  if (!env.get('HOME')) env.set('HOME', user.home)
  return env
}

/** Below the caller's own only root may go. proc_pid_oom_score_adj(5) */
function adjustScore(sys: Sys, score: number): void {
  if (score !== 0) writeBytes(sys, '/proc/self/oom_score_adj', `${score}\n`)
}

/** Settings of the new namespaces, written where the host's /proc still shows them. @throws InitError */
function setSysctls(sys: Sys, { sysctls }: ContainerSpec): void {
  for (const [name, value] of sysctls) {
    try {
      writeBytes(sys, `/proc/sys/${name.replaceAll('.', '/')}`, `${value}\n`)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new InitError(`open /proc/sys/${name.replaceAll('.', '/')}: ${lower(error.message)}`)
    }
  }
}

function limit(sys: Sys, { limits }: ProcessSpec): void {
  for (const { name, soft, hard } of limits) {
    const resource = RESOURCES.find((each) => each === name.toUpperCase())
    const whole = (value: number): number => (value < 0 ? Infinity : value)
    if (resource) sys.prlimit(resource, { soft: whole(soft), hard: whole(hard) })
  }
}

function makeWorkingDirectory(sys: Sys, cwd: string): void {
  try {
    if (cwd !== '') makeDirectories(sys, cwd)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new InitError(`mkdir ${cwd}: ${lower(error.message)}`)
  }
}

function takeIdentity(sys: Sys, { uid, gid, groups }: RuntimeUser): void {
  sys.setgroups(groups)
  sys.setgid(gid)
  sys.setuid(uid)
}

function enterDirectory(sys: Sys, cwd: string): void {
  try {
    sys.chdir(cwd)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new InitError(`chdir to cwd ("${cwd}") set in config.json failed: ${lower(error.message)}`)
  }
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** @throws InitError in the words of Go's exec.LookPath */
function findProgram(sys: Sys, name: string, path: string | undefined): string {
  try {
    const file = searchPath(sys, name, path ?? DEFAULT_PATH)
    if (name.includes('/')) checkExecutable(sys, file)
    return file
  } catch (error) {
    if (!isErrno(error)) throw error
    if (error === ENOENT && !name.includes('/'))
      throw new InitError(`exec: "${name}": executable file not found in $PATH`)
    const reason = error === ENOENT ? `stat ${name}: no such file or directory` : lower(error.message)
    throw new InitError(`exec: "${name}": ${reason}`)
  }
}

function checkExecutable(sys: Sys, file: string): void {
  if (isDirectory(sys.stat(file).mode)) throw EACCES
  try {
    sys.access(file, X_OK)
  } catch (error) {
    if (isErrno(error)) throw EACCES
    throw error
  }
}
