import { parse } from 'yaml'
import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

/** What mongod was started with, by the long names of its options. */
export type Config = Readonly<Record<string, string | true>>

interface OptionRow {
  readonly short?: string
  /** It takes a value. */
  readonly value?: boolean
  /** Where a file of configuration says the same: a path in its YAML. */
  readonly file?: string
}

/** mongod --help */
const OPTIONS: Readonly<Record<string, OptionRow>> = {
  help: { short: 'h' },
  version: {},
  config: { short: 'f', value: true },
  verbose: { short: 'v', file: 'systemLog.verbosity' },
  quiet: { file: 'systemLog.quiet' },
  port: { value: true, file: 'net.port' },
  bind_ip: { value: true, file: 'net.bindIp' },
  bind_ip_all: { file: 'net.bindIpAll' },
  ipv6: { file: 'net.ipv6' },
  maxConns: { value: true, file: 'net.maxIncomingConnections' },
  logpath: { value: true, file: 'systemLog.path' },
  logappend: { file: 'systemLog.logAppend' },
  pidfilepath: { value: true, file: 'processManagement.pidFilePath' },
  fork: { file: 'processManagement.fork' },
  auth: { file: 'security.authorization' },
  noauth: {},
  keyFile: { value: true, file: 'security.keyFile' },
  clusterAuthMode: { value: true, file: 'security.clusterAuthMode' },
  dbpath: { value: true, file: 'storage.dbPath' },
  directoryperdb: { file: 'storage.directoryPerDB' },
  storageEngine: { value: true, file: 'storage.engine' },
  wiredTigerCacheSizeGB: { value: true, file: 'storage.wiredTiger.engineConfig.cacheSizeGB' },
  journal: {},
  nojournal: {},
  smallfiles: {},
  oplogSize: { value: true, file: 'replication.oplogSizeMB' },
  replSet: { value: true, file: 'replication.replSetName' },
  shutdown: {},
  setParameter: { value: true },
  nounixsocket: {},
  unixSocketPrefix: { value: true, file: 'net.unixDomainSocket.pathPrefix' },
  tlsMode: { value: true, file: 'net.tls.mode' },
  rest: {},
  httpinterface: {},
}
const SHORT = new Map(Object.entries(OPTIONS).flatMap(([name, { short }]) => (short ? [[short, name] as const] : [])))

/** An argument that mongod does not know, or that lacks its value. */
export class ConfigError extends Error {}

/** @throws ConfigError */
export function parseArguments(words: readonly string[]): Config {
  const config: Record<string, string | true> = {}
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const [given = '', inline] = word.replace(/^--?/, '').split(/=(.*)/s)
    const name = word.startsWith('--') ? given : (SHORT.get(given) ?? (/^v+$/.test(given) ? 'verbose' : given))
    const row = word.startsWith('-') ? OPTIONS[name] : undefined
    if (!row)
      throw new ConfigError(
        word.startsWith('-')
          ? `unrecognised option '${word}'`
          : `Error parsing command line: too many positional options have been specified on the command line`,
      )
    if (!row.value) config[name] = true
    else {
      const value = inline ?? words[++at]
      if (value === undefined) throw new ConfigError(`the required argument for option '--${name}' is missing`)
      config[name] = value
    }
  }
  return config
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((found, step) => (found as Record<string, unknown> | undefined)?.[step], value)

/** The file's settings, below those of the command line. @throws ConfigError */
export async function withFile(sys: Sys, config: Config): Promise<Config> {
  if (typeof config.config !== 'string') return config
  try {
    const said: unknown = parse(await readTextFile(sys, config.config))
    const rows = Object.entries(OPTIONS).flatMap(([name, { file }]) => {
      const value = file === undefined ? undefined : at(said, file)
      return value === undefined || value === false || value === 'disabled'
        ? []
        : [[name, OPTIONS[name]?.value ? String(value) : true] as const]
    })
    return { ...Object.fromEntries(rows), ...config }
  } catch (error) {
    if (isErrno(error)) throw new ConfigError(`Error opening config file: ${error.message}`)
    throw new ConfigError(`Error parsing YAML config file: ${error instanceof Error ? error.message : String(error)}`)
  }
}
