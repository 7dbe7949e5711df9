import type { LogConfig } from '@drydock/docker-api'
import { invalid, systemProblem } from '../problem.ts'

/** Options that each driver knows. moby daemon/logger/<driver>.ValidateLogOpt */
const FILE_OPTIONS = ['max-file', 'max-size', 'compress']
const TAGS = ['labels', 'labels-regex', 'env', 'env-regex', 'tag']
const KNOWN: ReadonlyMap<string, readonly string[]> = new Map([
  ['json-file', [...FILE_OPTIONS, ...TAGS]],
  ['local', FILE_OPTIONS],
])
/** Options of the logger itself, whatever the driver. */
const COMMON: readonly string[] = [
  'mode',
  'max-buffer-size',
  'cache-disabled',
  'cache-max-size',
  'cache-max-file',
  'cache-compress',
]
const MODES: readonly (string | undefined)[] = [undefined, '', 'blocking', 'non-blocking']

/** Drivers that send logs to a service which no host here has, and what they say of that. */
const UNREACHABLE: ReadonlyMap<string, string> = new Map([
  ['awslogs', "must specify a value for log opt 'awslogs-group'"],
  ['fluentd', 'dial tcp 127.0.0.1:24224: connect: connection refused'],
  [
    'gcplogs',
    'unable to connect or authenticate with Google Cloud Logging: google: could not find default credentials',
  ],
  ['gelf', 'gelf: gelf-address is a required parameter'],
  ['journald', 'journald is not enabled on this host'],
  ['splunk', 'splunk: splunk-token is expected'],
  ['syslog', 'Unix syslog delivery error'],
])

/** As `docker info` lists them. */
export const LOG_DRIVERS: readonly string[] = [...UNREACHABLE.keys(), ...KNOWN.keys()].sort()
/** Drivers whose logs can be read again. */
export const isReadable = ({ Type }: LogConfig): boolean => KNOWN.has(Type)

/** @throws Problem invalid */
export function checkLogConfig({ Type, Config }: LogConfig): void {
  if (Type === 'none') return
  const options = Config ?? {}
  if (!MODES.includes(options['mode'])) throw invalid(`logger: logging mode not supported: ${options['mode']}`)
  if (options['max-buffer-size'] !== undefined && options['mode'] !== 'non-blocking')
    throw invalid('logger: max-buffer-size option is only supported with non-blocking logging mode')
  if (!LOG_DRIVERS.includes(Type))
    throw invalid(`error looking up logging plugin ${Type}: plugin ${JSON.stringify(Type)} not found`)
  const known = KNOWN.get(Type)
  const unknown = known && Object.keys(options).find((name) => !known.includes(name) && !COMMON.includes(name))
  if (unknown === undefined) return
  throw invalid(
    Type === 'local'
      ? `unknown log opt '${unknown}' for log driver ${Type}`
      : `unknown log opt '${unknown}' for ${Type} log driver`,
  )
}

/** How a log is kept in files. */
export interface Rotation {
  /** Bytes of one file; undefined: it grows without end. */
  readonly maxSize: number | undefined
  readonly maxFile: number
  readonly compress: boolean
}

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** go-units RAMInBytes. */
function parseSize(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([bkmgt]?)(?:i?b)?$/i.exec(text) ?? []
  return number === '' ? undefined : Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? 1))
}

const failed = (reason: string): Error =>
  systemProblem(`failed to create task for container: failed to initialize logging driver: ${reason}`)

/** What the options of a file driver mean. @throws Problem system */
export function rotationOf({ Type, Config }: LogConfig): Rotation {
  const unreachable = UNREACHABLE.get(Type)
  if (unreachable !== undefined) throw failed(unreachable)
  const local = Type === 'local'
  const { 'max-size': size = local ? '20m' : '-1', 'max-file': files, compress = String(local) } = Config ?? {}
  const maxSize = size === '-1' ? undefined : parseSize(size)
  if (size !== '-1' && maxSize === undefined) throw failed(`invalid size: '${size}'`)
  if (maxSize === 0) throw failed('max-size should be a positive number')
  if (files !== undefined && !/^[+-]?\d+$/.test(files))
    throw failed(`strconv.Atoi: parsing ${JSON.stringify(files)}: invalid syntax`)
  const maxFile = Number(files ?? (local ? 5 : 1))
  if (maxFile < 1) throw failed('max-file cannot be less than 1')
  if (!['true', 'false', '1', '0'].includes(compress))
    throw failed(`strconv.ParseBool: parsing ${JSON.stringify(compress)}: invalid syntax`)
  const squeeze = compress === 'true' || compress === '1'
  if (squeeze && !local && (maxFile < 2 || maxSize === undefined))
    throw failed('compress cannot be true when max-file is less than 2 or max-size is not set')
  return { maxSize, maxFile, compress: squeeze && maxFile > 1 }
}
