import { Int32, Long } from 'bson'
import { begin } from '../../auth/login.ts'
import { Failure } from '../../failure.ts'
import { type Document, MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES } from '../../wire/message.ts'
import { asDocument, type Call, type CommandTable } from '../command.ts'

/** The newest version of the wire protocol that each release speaks, newest first. */
const WIRE_VERSIONS: readonly (readonly [major: number, minor: number, wire: number])[] = [
  [8, 3, 29],
  [8, 2, 27],
  [8, 0, 25],
  [7, 0, 21],
  [6, 0, 17],
  [5, 0, 13],
  [4, 4, 9],
  [4, 2, 8],
  [4, 0, 7],
  [3, 6, 6],
  [3, 4, 5],
  [3, 2, 4],
]

export const wireVersionOf = ([major, minor]: readonly [number, number]): number =>
  WIRE_VERSIONS.find(([a, b]) => major > a || (major === a && minor >= b))?.[2] ?? 4

function greet(call: Call): Document {
  const { server, client, body } = call
  const greeting = server.replicaSet.greeting()
  const legacy = call.name !== 'hello'
  const { isWritablePrimary, ...rest } = greeting
  return {
    ...(legacy ? { helloOk: true, ismaster: isWritablePrimary } : { isWritablePrimary }),
    ...rest,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: new Date(server.sys.clock.now()),
    logicalSessionTimeoutMinutes: 30,
    connectionId: client.id,
    minWireVersion: 0,
    maxWireVersion: wireVersionOf(server.release),
    readOnly: false,
    ...mechanisms(call),
    ...early(call, body.speculativeAuthenticate),
  }
}

function mechanisms({ server, body }: Call): Document {
  if (typeof body.saslSupportedMechs !== 'string') return {}
  const dot = body.saslSupportedMechs.indexOf('.')
  const [database, user] = [body.saslSupportedMechs.slice(0, dot), body.saslSupportedMechs.slice(dot + 1)]
  const known = server.users.mechanisms(database, user)
  return known.length > 0 ? { saslSupportedMechs: known } : {}
}

/** A first message of SCRAM that comes with the greeting; what fails then is said at the second try. */
function early({ client }: Call, given: unknown): Document {
  if (given === undefined) return {}
  const first = asDocument(given)
  try {
    return { speculativeAuthenticate: begin(client, String(first.db ?? 'admin'), first) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return {}
  }
}

function buildInfo({ server }: Call): Document {
  return {
    version: server.version,
    gitVersion: '0000000000000000000000000000000000000000',
    modules: [],
    allocator: 'tcmalloc-google',
    javascriptEngine: 'none',
    sysInfo: 'deprecated',
    versionArray: [...server.version.split('.').map(Number), 0].slice(0, 4),
    openssl: { running: 'disabled', compiled: 'disabled' },
    buildEnvironment: { distmod: 'ubuntu2404', distarch: 'x86_64', target_arch: 'x86_64', target_os: 'linux' },
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    storageEngines: ['devnull', 'wiredTiger'],
  }
}

/** What a client asks before all else. */
export const HELLO_COMMANDS: CommandTable = {
  hello: { privilege: 'open', help: 'return information about the server', run: greet },
  isMaster: { privilege: 'open', help: 'Check if this server is primary for a replica set', run: greet },
  ping: { privilege: 'open', help: 'a way to check that the server is alive', run: () => ({}) },
  buildInfo: { privilege: 'open', help: 'get version #, etc.', run: buildInfo },
  whatsmyuri: { privilege: 'open', help: 'internal', run: ({ client }) => ({ you: client.address }) },
  getLastError: { privilege: 'any', help: 'the last error', run: () => ({ n: 0, err: null }) },
  serverStatus: { privilege: 'monitor', help: 'returns lots of administrative server statistics', run: status },
  hostInfo: { privilege: 'monitor', help: 'returns information about the daemon’s host', run: hostInfo },
}

function status({ server }: Call): Document {
  const { sys, counters, connections, connectionsMade } = server
  const uptimeMs = sys.clock.now() - server.startedAt
  const count = (value: number): Long => Long.fromNumber(value)
  return {
    host: `${sys.uname().nodename}:${server.port}`,
    version: server.version,
    process: 'mongod',
    pid: count(sys.getpid()),
    uptime: uptimeMs / 1000,
    uptimeMillis: count(uptimeMs),
    uptimeEstimate: count(Math.floor(uptimeMs / 1000)),
    localTime: new Date(sys.clock.now()),
    connections: { current: connections, available: 51200 - connections, totalCreated: connectionsMade },
    opcounters: Object.fromEntries(Object.entries(counters).map(([name, value]) => [name, count(value)])),
    mem: { bits: 64, resident: 140, virtual: 2600, supported: true },
    storageEngine: { name: 'wiredTiger', supportsCommittedReads: true, persistent: true, readOnly: false },
    metrics: { cursor: { open: { total: count(server.cursors.size) } } },
  }
}

function hostInfo({ server }: Call): Document {
  const { nodename, release } = server.sys.uname()
  const { totalMemory, cpus } = server.sys.sysinfo()
  return {
    system: {
      currentTime: new Date(server.sys.clock.now()),
      hostname: nodename,
      cpuAddrSize: 64,
      memSizeMB: Long.fromNumber(Math.floor(totalMemory / 1048576)),
      numCores: new Int32(cpus),
      cpuArch: 'x86_64',
      numaEnabled: false,
    },
    os: { type: 'Linux', name: 'Ubuntu', version: '24.04' },
    extra: { kernelVersion: release },
  }
}
