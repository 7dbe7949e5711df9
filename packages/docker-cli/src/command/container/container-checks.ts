import { FlagValueError, parseBytes } from '@drydock/cli-plugin'
import { isIpv4 } from '@drydock/libc'

/** Values of create's and run's flags that are refused before the engine is asked; each check gives the value back. */
type Check = (text: string) => string

const refuse = (problem: string): never => {
  throw new FlagValueError(problem)
}

/** RFC 4291, 2.2: eight groups, one run of zeroes left out, the last two perhaps as IPv4. */
function isIpv6(text: string): boolean {
  const sides = text.split('::')
  if (sides.length > 2) return false
  const groups = sides.map((side) => (side === '' ? [] : side.split(':')))
  const all = groups.flat()
  const last = all.at(-1) ?? ''
  const dotted = last.includes('.')
  if (dotted && !isIpv4(last)) return false
  const count = all.length + (dotted ? 1 : 0)
  const hex = dotted ? all.slice(0, -1) : all
  return hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (sides.length === 2 ? count < 8 : count === 8)
}

export const isIp = (text: string): boolean => isIpv4(text) || isIpv6(text)

export const checkIp: Check = (text) =>
  isIp(text.trim()) ? text.trim() : refuse(`IP address is not correctly formatted: ${text}`)

/** `host:ip` or `host=ip`; the engine is given the colon. */
export const checkExtraHost: Check = (text) => {
  const [name, address] = splitHost(text)
  if (name === '' || address === undefined || address === '')
    return refuse(`bad format for add-host: ${JSON.stringify(text)}`)
  if (address !== 'host-gateway' && !isIp(address))
    return refuse(`invalid IP address in add-host: ${JSON.stringify(address)}`)
  return `${name}:${address}`
}
function splitHost(text: string): [string, string?] {
  const at = text.search(/[=:]/)
  if (at < 0) return [text]
  return [text.slice(0, at), text.slice(at + 1).replace(/^\[(.*)\]$/, '$1')]
}

export const checkAttach: Check = (text) => {
  const name = text.toLowerCase()
  return ['stdin', 'stdout', 'stderr'].includes(name) ? name : refuse('valid streams are STDIN, STDOUT and STDERR')
}
export const checkEnv: Check = (text) =>
  text.split('=')[0] === '' ? refuse(`invalid environment variable: ${text}`) : text
export const checkLabel: Check = (text) =>
  text.split('=')[0]?.trim() === '' ? refuse(`invalid label '${text}': empty name`) : text
export const checkLink: Check = (text) =>
  text === ''
    ? refuse('empty string specified for links')
    : text.split(':').length > 2
      ? refuse(`bad format for links: ${text}`)
      : text
export const checkDnsSearch: Check = (text) =>
  text.trim() === '.' || /^[\w-]+(\.[\w-]+)*\.?$/.test(text.trim())
    ? text.trim()
    : refuse(`${text.trim()} is not a valid domain`)

const KERNEL_SYSCTLS = [
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]
export const checkSysctl: Check = (text) => {
  const [name = '', value] = text.split('=')
  const known = KERNEL_SYSCTLS.includes(name) || name.startsWith('net.') || name.startsWith('fs.mqueue.')
  return value !== undefined && known ? text : refuse(`sysctl '${text}' is not allowed`)
}
const ULIMITS = [
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
]
export const checkUlimit: Check = (text) => {
  const [name = '', limits] = text.split('=')
  if (limits === undefined || limits === '' || text.split('=').length > 2)
    return refuse(`invalid ulimit argument: ${text}`)
  if (!ULIMITS.includes(name)) return refuse(`invalid ulimit type: ${name}`)
  const [soft = '', hard = soft, more] = limits.split(':')
  if (more !== undefined)
    return refuse(`too many limit value arguments - ${limits}, can only have up to two, \`soft[:hard]\``)
  for (const each of [hard, soft])
    if (!/^-?\d+$/.test(each)) return refuse(`strconv.ParseInt: parsing ${JSON.stringify(each)}: invalid syntax`)
  if (hard !== '-1' && Number(soft) > Number(hard))
    return refuse(`ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`)
  return text
}

/** `type=bind,src=/a,dst=/b` as pairs. A value may be quoted as in CSV. */
export function csvPairs(text: string): [string, string | undefined][] {
  return csvFields(text).map((field) => {
    const at = field.indexOf('=')
    return at < 0
      ? [field.trim().toLowerCase(), undefined]
      : [field.slice(0, at).trim().toLowerCase(), field.slice(at + 1).trim()]
  })
}
const csvFields = (text: string): string[] =>
  [...text.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
    .slice(0, text === '' ? 0 : undefined)
    .map(([, field = '']) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field))
    .filter((_, i, all) => i < all.length - 1 || text.endsWith(','))

const SWITCHES = ['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive']
const MOUNT_FIELDS = [
  'type',
  'source',
  'src',
  'target',
  'dst',
  'destination',
  'consistency',
  'bind-propagation',
  'bind-recursive',
  'bind-create-src',
  'volume-subpath',
  'volume-label',
  'volume-driver',
  'volume-opt',
  'image-subpath',
  'tmpfs-size',
  'tmpfs-mode',
  ...SWITCHES,
]
const asWritten = (text: string, key: string): string =>
  text.split(',').find((field) => field.split('=')[0]?.trim().toLowerCase() === key) ?? key

function isSize(text: string): boolean {
  try {
    parseBytes(text)
    return true
  } catch (error) {
    if (!(error instanceof FlagValueError)) throw error
    return false
  }
}

/** encoding/csv: a quoted field ends with its quote. */
function checkQuotes(text: string): void {
  for (let at = 0; at < text.length; ) {
    if (text.charAt(at) !== '"') {
      const comma = text.indexOf(',', at)
      const bare = text.slice(at, comma < 0 ? undefined : comma).indexOf('"')
      if (bare >= 0) refuse(`parse error on line 1, column ${at + bare + 1}: bare " in non-quoted-field`)
      if (comma < 0) return
      at = comma + 1
      continue
    }
    const end = /^"(?:[^"]|"")*"(,|$)/.exec(text.slice(at))
    if (!end) refuse(`parse error on line 1, column ${text.length + 1}: extraneous or missing " in quoted-field`)
    at += end?.[0].length ?? text.length
  }
}

export const checkMount: Check = (text) => {
  if (text === '') return refuse('EOF')
  checkQuotes(text)
  const pairs = csvPairs(text)
  for (const [key, value] of pairs) {
    if (value === undefined && !SWITCHES.includes(key))
      return refuse(`invalid field '${asWritten(text, key)}' must be a key=value pair`)
    if (!MOUNT_FIELDS.includes(key)) return refuse(`unexpected key '${key}' in '${asWritten(text, key)}'`)
    if (SWITCHES.includes(key) && value !== undefined && !/^(true|false|1|0)$/.test(value))
      return refuse(`invalid value for ${key}: ${value}`)
    if (key === 'tmpfs-mode' && !/^[0-7]+$/.test(value ?? '')) return refuse(`invalid value for ${key}: ${value}`)
    if (key === 'tmpfs-size' && !isSize(value ?? '')) return refuse(`invalid value for ${key}: ${value}`)
  }
  const given = (...keys: string[]): string | undefined => pairs.find(([key]) => keys.includes(key))?.[1]
  const type = given('type') ?? 'volume'
  if (!given('target', 'dst', 'destination')) return refuse('target is required')
  for (const kind of ['volume', 'bind', 'tmpfs', 'image'])
    if (type !== kind && pairs.some(([key]) => key.startsWith(`${kind}-`)))
      return refuse(`cannot mix '${kind}-*' options with mount type '${type}'`)
  return text
}

const NETWORK_FIELDS = ['name', 'alias', 'ip', 'ip6', 'mac-address', 'link-local-ip', 'driver-opt', 'gw-priority']
export const checkNetwork: Check = (text) => {
  if (!text.includes('=')) return text
  const pairs = csvPairs(text)
  for (const [key, value] of pairs) {
    if (value === undefined) return refuse(`invalid field '${key}' must be a key=value pair`)
    if (!NETWORK_FIELDS.includes(key)) return refuse(`invalid field key ${key}`)
  }
  return pairs.some(([key, value]) => key === 'name' && value !== '')
    ? text
    : refuse('network name/id is not specified')
}

export const checkGpus: Check = (text) => {
  const [first] = csvPairs(text)
  const counts = first?.[1] === undefined ? first?.[0] : first[0] === 'count' ? first[1] : undefined
  if (counts === undefined || counts === 'all' || /^-?\d+$/.test(counts)) return text
  return refuse(`invalid count (${counts}): value must be either "all" or an integer: invalid syntax`)
}

export const checkWeightDevice: Check = (text) => {
  const [path = '', weight] = text.split(':')
  if (weight === undefined) return refuse(`bad format: ${text}`)
  if (!path.startsWith('/dev/')) return refuse(`bad format for device path: ${text}`)
  const value = /^\d+$/.test(weight) ? Number(weight) : -1
  return value === 0 || (value >= 10 && value <= 1000) ? text : refuse(`invalid weight for device: ${text}`)
}
export const checkThrottle: Check = (text) => {
  const [path = '', rate] = text.split(':')
  if (rate === undefined) return refuse(`bad format: ${text}`)
  if (!path.startsWith('/dev/')) return refuse(`bad format for device path: ${text}`)
  try {
    parseBytes(rate)
    return text
  } catch {
    return refuse(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb`,
    )
  }
}
export const checkThrottleIops: Check = (text) => {
  const [path = '', rate] = text.split(':')
  if (rate === undefined) return refuse(`bad format: ${text}`)
  if (!path.startsWith('/dev/')) return refuse(`bad format for device path: ${text}`)
  return /^\d+$/.test(rate)
    ? text
    : refuse(
        `invalid rate for device: ${text}. The correct format is <device-path>:<number>. Number must be a positive integer`,
      )
}
export const checkCgroupRule: Check = (text) =>
  /^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$/.test(text) ? text : refuse(`invalid device cgroup format '${text}'`)
