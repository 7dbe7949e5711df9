import { bool, duration, type Flag, type FlagValues, FlagValueError, int, list, uint } from '@drydock/cli-plugin'
import type { ExternalCA, SwarmSpec } from '@drydock/docker-api'
import { csvRecord } from '../csv-record.ts'

/** `protocol=cfssl,url=https://…[,cacert=…]`; whatever else is an option of the authority. */
export function parseExternalCa(text: string): ExternalCA {
  const fields = csvRecord(text).map((field): [string, string] => {
    const at = field.indexOf('=')
    if (at < 0) throw new FlagValueError(`invalid field '${field}' must be a key=value pair`)
    return [field.slice(0, at), field.slice(at + 1)]
  })
  const one = (name: string): string | undefined => fields.findLast(([key]) => key.toLowerCase() === name)?.[1]
  const protocol = one('protocol')
  if (protocol === undefined) throw new FlagValueError('the external-ca option needs a protocol= parameter')
  if (protocol.toLowerCase() !== 'cfssl') throw new FlagValueError(`unrecognized external CA protocol ${protocol}`)
  const url = one('url')
  if (url === undefined) throw new FlagValueError('the external-ca option needs a url= parameter')
  const others = fields.filter(([key]) => !['protocol', 'url', 'cacert'].includes(key.toLowerCase()))
  return {
    Protocol: 'cfssl',
    URL: url,
    ...(others.length > 0 ? { Options: Object.fromEntries(others) } : {}),
    CACert: one('cacert') ?? '',
  }
}

const externalCas = (): Flag<readonly ExternalCA[]> => ({
  type: 'external-ca',
  usage: 'Specifications of one or more certificate signing endpoints',
  initial: [],
  parse: (text, before) => [...before, parseExternalCa(text)],
})

const EXPIRY = 7_776_000_000_000_000
const HEARTBEAT = 5_000_000_000

export const caFlags = {
  'cert-expiry': {
    ...duration('', 'Validity period for node certificates (ns|us|ms|s|m|h)', { shown: '2160h0m0s' }),
    initial: EXPIRY,
  },
  'external-ca': externalCas(),
}

/** What `init` and `update` set of the swarm. */
export const specFlags = {
  ...caFlags,
  'dispatcher-heartbeat': {
    ...duration('', 'Dispatcher heartbeat period (ns|us|ms|s|m|h)', { shown: '5s' }),
    initial: HEARTBEAT,
  },
  'max-snapshots': uint('', 'Number of additional Raft snapshots to retain', 'uint'),
  'snapshot-interval': uint('', 'Number of log entries between Raft snapshots', 'uint', '10000'),
  'task-history-limit': int('', 'Task history retention limit', 5),
}
export const autolock = (usage: string): Flag<boolean> => bool('', usage)

/** `eth0`, `192.168.0.8:2400`: the port is 2377 when none is given. */
export const listenAddress = (): Flag<string> => ({
  ...list('', 'Listen address (format: "<ip|interface>[:port]")', { type: 'node-addr', shown: '0.0.0.0:2377' }),
  initial: '0.0.0.0:2377',
  parse: (text) => {
    const [, host = '', port = '2377'] = /^(.*?)(?::(\d+))?$/.exec(text) ?? []
    return `${host === '' ? '0.0.0.0' : host}:${port}`
  },
})

/** Authorities without a certificate get the swarm's own. */
export function mergeCa(
  spec: SwarmSpec,
  flags: FlagValues<typeof caFlags>,
  changed: ReadonlySet<string>,
  trustRoot = '',
): SwarmSpec {
  const authorities = flags['external-ca'].map((ca) => ({ ...ca, CACert: ca.CACert || trustRoot }))
  const CAConfig = {
    ...spec.CAConfig,
    ...(changed.has('cert-expiry') ? { NodeCertExpiry: flags['cert-expiry'] } : {}),
    ...(changed.has('external-ca') ? { ExternalCAs: authorities } : {}),
  }
  return { ...spec, CAConfig }
}

export function mergeSpec(
  spec: SwarmSpec,
  flags: FlagValues<typeof specFlags> & { autolock: boolean },
  changed: ReadonlySet<string>,
  trustRoot = '',
): SwarmSpec {
  const given = <T extends object>(name: string, part: T): T | object => (changed.has(name) ? part : {})
  return {
    ...mergeCa(spec, flags, changed, trustRoot),
    Orchestration: {
      ...spec.Orchestration,
      ...given('task-history-limit', { TaskHistoryRetentionLimit: flags['task-history-limit'] }),
    },
    Raft: {
      ...spec.Raft,
      ...given('snapshot-interval', { SnapshotInterval: flags['snapshot-interval'] }),
      ...given('max-snapshots', { KeepOldSnapshots: flags['max-snapshots'] }),
    },
    Dispatcher: {
      ...spec.Dispatcher,
      ...given('dispatcher-heartbeat', { HeartbeatPeriod: flags['dispatcher-heartbeat'] }),
    },
    EncryptionConfig: {
      ...spec.EncryptionConfig,
      ...given('autolock', { AutoLockManagers: flags.autolock }),
    },
  }
}
