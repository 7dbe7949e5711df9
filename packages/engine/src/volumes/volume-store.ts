import type { Sys } from '@drydock/abi'
import type { Volume, VolumeCreateBody } from '@drydock/docker-api'
import type { EventLog } from '../events/event-log.ts'
import { randomId } from '../identifiers.ts'
import { conflict, invalid, notFound, systemProblem } from '../problem.ts'
import { listNames, makeDirectories, readRecord, removeTree, treeSize, writeRecord } from '../state/files.ts'
import { MountedVolumes } from './mounted-volumes.ts'
import { formatTime } from '../timestamps.ts'

interface VolumeRecord {
  readonly Name: string
  readonly CreatedAt: string
  readonly Labels: Record<string, string> | null
  readonly Options: Record<string, string> | null
}

/** moby's label for volumes that docker made up a name for. */
export const ANONYMOUS_LABEL = 'com.docker.volume.anonymous'

/** Volumes of the driver `local`: directories below volumes/<name>/_data. */
export class VolumeStore {
  readonly mounted: MountedVolumes
  private readonly volumes = new Map<string, VolumeRecord>()
  private readonly sys: Sys
  private readonly directory: string
  private readonly events: EventLog

  constructor(sys: Sys, directory: string, events: EventLog) {
    this.sys = sys
    this.directory = directory
    this.events = events
    this.mounted = new MountedVolumes(sys)
  }

  load(): void {
    makeDirectories(this.sys, this.directory, 0o701)
    for (const name of listNames(this.sys, this.directory)) {
      const record = readRecord<VolumeRecord>(this.sys, `${this.directory}/${name}/opts.json`)
      if (record) this.volumes.set(name, record)
    }
  }

  mountpoint(name: string): string {
    return `${this.directory}/${name}/_data`
  }

  all(): Volume[] {
    return [...this.volumes.keys()].sort().flatMap((name) => this.find(name) ?? [])
  }

  find(name: string): Volume | undefined {
    const record = this.volumes.get(name)
    if (!record) return undefined
    const { CreatedAt, Labels, Options } = record
    return {
      CreatedAt,
      Driver: 'local',
      Labels,
      Mountpoint: this.mountpoint(name),
      Name: name,
      Options,
      Scope: 'local',
    }
  }

  /** @throws Problem not found */
  get(name: string): Volume {
    const found = this.find(name)
    if (!found) throw notFound(`get ${name}: no such volume`)
    return found
  }

  /** An existing one with this name is given back. @throws Problem invalid, not found for other drivers */
  create(body: VolumeCreateBody): Volume {
    const name = body.Name || randomId(this.sys)
    const driver = body.Driver || 'local'
    if (driver !== 'local')
      throw notFound(`create ${name}: error looking up volume plugin ${driver}: plugin "${driver}" not found`)
    checkName(name)
    checkOptions(name, body.DriverOpts ?? {})
    const known = this.find(name)
    if (known) return known
    this.make(name, body)
    this.events.publish('volume', 'create', name, { driver: 'local' })
    return this.get(name)
  }

  /** @param users ids of the containers that use it @throws Problem conflict, not found */
  remove(name: string, users: readonly string[], force = false): void {
    if (!this.volumes.has(name)) {
      if (force) return
      throw notFound(`get ${name}: no such volume`)
    }
    if (users.length > 0) throw conflict(`remove ${name}: volume is in use - [${users.join(', ')}]`)
    removeTree(this.sys, `${this.directory}/${name}`)
    this.volumes.delete(name)
    this.events.publish('volume', 'destroy', name, { driver: 'local' })
  }

  size(name: string): number {
    return treeSize(this.sys, this.mountpoint(name))
  }

  private make(name: string, { Labels, DriverOpts }: VolumeCreateBody): void {
    makeDirectories(this.sys, this.mountpoint(name))
    const CreatedAt = formatTime(Math.floor(this.sys.clock.now() / 1000) * 1000)
    const labels = Labels && Object.keys(Labels).length > 0 ? Labels : null
    const options = DriverOpts && Object.keys(DriverOpts).length > 0 ? DriverOpts : null
    const record = { Name: name, CreatedAt, Labels: labels, Options: options }
    writeRecord(this.sys, `${this.directory}/${name}/opts.json`, record)
    this.volumes.set(name, record)
  }
}

const OPTIONS: readonly string[] = ['type', 'o', 'device', 'size']

/** Options of mount(8) under other names. moby volume/local.validateOpts @throws Problem invalid */
function checkOptions(name: string, options: Readonly<Record<string, string>>): void {
  const given = Object.keys(options)
  if (given.length === 0) return
  const unknown = given.find((option) => !OPTIONS.includes(option))
  if (unknown !== undefined) throw invalid(`create ${name}: invalid option: ${JSON.stringify(unknown)}`)
  if (options['size'] !== undefined) throw systemProblem(`create ${name}: quota size requested but no quota support`)
  const missing = ['type', 'device'].find(
    (option) => (options[option] ?? '') === '' && !(option === 'type' && options['o']),
  )
  if (missing !== undefined) throw invalid(`create ${name}: missing required option: ${JSON.stringify(missing)}`)
}

function checkName(name: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return
  if (/^[a-zA-Z0-9]$/.test(name))
    throw invalid(`create ${name}: volume name is too short, names should be at least two alphanumeric characters`)
  throw invalid(
    `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
  )
}
