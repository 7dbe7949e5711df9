import type { HostConfig } from '@drydock/docker-api'
import { invalid, Problem } from '../../problem.ts'

const when = (bad: boolean, message: string): string | undefined => (bad ? message : undefined)
const isOneOf =
  (...names: readonly string[]) =>
  (mode: string): boolean =>
    names.includes(mode) || /^container:./.test(mode)

const IPC = isOneOf('', 'none', 'host', 'private', 'shareable')
const PID = isOneOf('', 'host')
const isIn = (names: readonly string[], mode: string): boolean => names.includes(mode)

/** Runtimes of this daemon, as `docker info` lists them; then the shims for WebAssembly, which one may name. */
const RUNTIMES: ReadonlySet<string> = new Set([
  'runc',
  'io.containerd.runc.v2',
  ...['wasmtime', 'wasmedge', 'wasmer'].map((shim) => `io.containerd.${shim}.v1`),
])

/** In moby's order: the first that says something is told. validateHostConfig, verifyPlatformContainerSettings */
const RULES: readonly ((host: HostConfig) => string | undefined)[] = [
  ({ ExtraHosts }) =>
    ExtraHosts?.map((host) =>
      when(!/^[^:=]+[:=].+$/.test(host), `bad format for add-host: ${JSON.stringify(host)}`),
    ).find(Boolean),
  ({ PortBindings }) =>
    Object.entries(PortBindings ?? {})
      .map(([port, bindings]) => badPort(port, bindings ?? []))
      .find(Boolean),
  ({ Isolation = '' }) =>
    when(
      !isIn(['', 'default'], Isolation),
      `invalid isolation: ${JSON.stringify(Isolation)} - linux only supports 'default'`,
    ),
  ({ Annotations }) =>
    when(
      Object.keys(Annotations ?? {}).includes(''),
      'invalid Annotations: the empty string is not permitted as an annotation key',
    ),
  ({ IpcMode = '' }) => when(!IPC(IpcMode), `invalid IPC mode: ${IpcMode}`),
  ({ PidMode = '' }) => when(!PID(PidMode), `invalid PID mode: ${PidMode}`),
  ({ ShmSize = 0 }) => when(ShmSize < 0, 'SHM size can not be less than 0'),
  ({ UTSMode = '' }) => when(!isIn(['', 'host'], UTSMode), `invalid UTS mode: ${UTSMode}`),
  ({ OomScoreAdj = 0 }) =>
    when(
      OomScoreAdj < -1000 || OomScoreAdj > 1000,
      `Invalid value ${OomScoreAdj}, range for oom score adj is [-1000, 1000]`,
    ),
  ({ UsernsMode = '' }) => when(!isIn(['', 'host', 'private'], UsernsMode), `invalid userns mode: ${UsernsMode}`),
  ({ Tmpfs }) =>
    Object.entries(Tmpfs ?? {})
      .map(([path, options]) => badTmpfs(path, options))
      .find(Boolean),
  ({ CgroupnsMode = '' }) =>
    when(!isIn(['', 'host', 'private'], CgroupnsMode), `invalid cgroup namespace mode: ${CgroupnsMode}`),
  ({ SecurityOpt }) => SecurityOpt?.map(badSecurityOption).find(Boolean),
]

function badPort(port: string, bindings: readonly { HostPort?: string }[]): string | undefined {
  const number = port.split('/')[0] ?? ''
  if (!isPort(number)) return `invalid port specification: ${JSON.stringify(number)}`
  const bad = bindings.find(({ HostPort = '' }) => !HostPort.split('-').every((each) => each === '' || isPort(each)))
  return bad && `invalid port specification: ${JSON.stringify(bad.HostPort)}`
}

const isPort = (text: string): boolean => /^\d+$/.test(text) && Number(text) <= 65535

const TMPFS_FLAGS: readonly string[] =
  'async atime bind dev diratime dirsync exec mand noatime nodev nodiratime noexec nomand norelatime nostrictatime nosuid rbind relatime remount ro rw strictatime suid sync private rprivate shared rshared slave rslave unbindable runbindable'.split(
    ' ',
  )

/** Go's %q of a list: name and value. */
const asPair = (option: string): string =>
  option
    .split(/=(.*)/s, 2)
    .map((each) => JSON.stringify(each))
    .join(' ')

function badTmpfs(path: string, options: string): string | undefined {
  if (!path.startsWith('/')) return `invalid mount path: '${path}' mount path must be absolute`
  if (path.replace(/\/+$/, '') === '') return "invalid specification: destination can't be '/'"
  const bad = options
    .split(',')
    .find(
      (each) =>
        each !== '' && !TMPFS_FLAGS.includes(each) && !/^(size|mode|uid|gid|nr_inodes|nr_blocks|mpol)=./.test(each),
    )
  return bad === undefined ? undefined : `Invalid tmpfs option [${asPair(bad)}]`
}

const SECURITY_KEYS: readonly string[] = ['label', 'apparmor', 'seccomp', 'no-new-privileges']
const SECURITY_FLAGS: readonly string[] = ['no-new-privileges', 'disable']

function badSecurityOption(option: string): string | undefined {
  if (SECURITY_FLAGS.includes(option)) return undefined
  const [key = '', value] = option.split(/[=:](.*)/s)
  if (value === undefined) return `invalid --security-opt 1: ${JSON.stringify(option)}`
  if (!SECURITY_KEYS.includes(key)) return `invalid --security-opt 2: ${JSON.stringify(option)}`
  const wrong = key === 'no-new-privileges' && !['true', 'false', '1', '0'].includes(value)
  return when(wrong, `invalid --security-opt 2: ${JSON.stringify(option)}`)
}

/** @throws Problem invalid */
export function checkHostConfig(host: HostConfig): void {
  for (const rule of RULES) {
    const problem = rule(host)
    if (problem) throw invalid(problem)
  }
  if (host.Runtime && !RUNTIMES.has(host.Runtime))
    throw new Problem('invalid', `unknown or invalid runtime name: ${host.Runtime}`)
}

/** `no-new-privileges` among the security options. */
export const forbidsNewPrivileges = ({ SecurityOpt }: HostConfig): boolean =>
  (SecurityOpt ?? []).some((option) => /^no-new-privileges([=:](true|1))?$/.test(option))
