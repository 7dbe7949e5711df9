import { Timestamp } from 'bson'
import { Failure } from '../failure.ts'
import type { Document } from '../wire/message.ts'
import type { Server } from './server.ts'

const DATABASE = 'local'
const COLLECTION = 'system.replset'

/** A replica set of one member: what `--replSet` and `rs.initiate()` make of a server alone. */
export class ReplicaSet {
  private readonly server: Server

  constructor(server: Server) {
    this.server = server
  }

  /** The name that `--replSet` gave. */
  get name(): string | undefined {
    const { replSet } = this.server.config
    return typeof replSet === 'string' ? replSet.split('/')[0] : undefined
  }

  get settings(): Document | undefined {
    const [first] = this.server.catalog.find(DATABASE, COLLECTION)?.all() ?? []
    return first?.document
  }

  get host(): string {
    const [member] = (this.settings?.members ?? []) as Document[]
    return String(member?.host ?? `localhost:${this.server.port}`)
  }

  get isPrimary(): boolean {
    return this.name === undefined || this.settings !== undefined
  }

  /** @throws Failure */
  initiate(given: Document): Document {
    const { name } = this
    if (name === undefined)
      throw new Failure('NoReplicationEnabled', 'This node was not started with replication enabled.')
    if (this.settings) throw new Failure('AlreadyInitialized', 'already initialized')
    const members = (given.members as Document[] | undefined) ?? [{ _id: 0, host: this.ownAddress }]
    if (members.length > 1)
      throw new Failure(
        'CommandNotSupported',
        'replica sets of several members are not simulated here: initiate with one member',
      )
    const _id = String(given._id ?? name)
    if (_id !== name)
      throw new Failure(
        93,
        `Attempting to initiate a replica set with name ${_id}, but command line reports ${name}; rejecting`,
      )
    this.server.catalog.require(DATABASE, COLLECTION).insert({ _id, version: 1, term: 1, members, settings: {} })
    return {}
  }

  private get ownAddress(): string {
    return `${this.server.sys.uname().nodename}:${this.server.port}`
  }

  /** What `hello` says of it. */
  greeting(): Document {
    const { name, settings, host, isPrimary } = this
    if (name === undefined) return { isWritablePrimary: true }
    if (!settings)
      return {
        isWritablePrimary: false,
        secondary: false,
        info: 'Does not have a valid replica set config',
        isreplicaset: true,
      }
    return {
      hosts: [host],
      setName: name,
      setVersion: 1,
      isWritablePrimary: isPrimary,
      secondary: false,
      primary: host,
      me: host,
    }
  }

  /** @throws Failure */
  status(): Document {
    const { name, settings, host, server } = this
    if (name === undefined) throw new Failure('NoReplicationEnabled', 'not running with --replSet')
    if (!settings) throw new Failure('NotYetInitialized', 'no replset config has been received')
    const now = new Date(server.sys.clock.now())
    const uptime = Math.floor((now.getTime() - server.startedAt) / 1000)
    const optime = { ts: this.timestamp(), t: 1 }
    const member = { _id: 0, name: host, health: 1, state: 1, stateStr: 'PRIMARY', uptime, optime, optimeDate: now }
    return {
      set: name,
      date: now,
      myState: 1,
      term: 1,
      heartbeatIntervalMillis: 2000,
      majorityVoteCount: 1,
      writeMajorityCount: 1,
      votingMembersCount: 1,
      writableVotingMembersCount: 1,
      members: [{ ...member, self: true, configVersion: 1, configTerm: 1, infoMessage: '' }],
    }
  }

  timestamp(): Timestamp {
    return new Timestamp({ t: Math.floor(this.server.sys.clock.now() / 1000), i: 1 })
  }
}
