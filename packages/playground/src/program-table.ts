import type { Program, ProgramTable } from '@drydock/abi'
import { shellPrograms } from '@drydock/shell'
import rooms from 'virtual:program-rooms'

/** The rooms of userland. */
export type Room =
  | 'shell'
  | 'programs'
  | 'engine'
  | 'docker-cli'
  | 'compose'
  | 'node'
  | 'mysql'
  | 'postgres'
  | 'redis'
  | 'mongo'
  | 'python'
  | 'registry'
  | 'wasi'
  | 'golang'
  | 'java'
  | 'edge'
  | 'dashboards'

/** What can be known of a program without loading it: enough to place its stub. */
export interface ProgramRow {
  readonly room: Room
  readonly name: string
  readonly paths: readonly string[]
  readonly sizeBytes?: number
}

/** The shell is there from the start; other rooms load when one of their programs is first started. */
const LOADERS: Readonly<Record<Room, () => Promise<readonly Program[]>>> = {
  shell: async () => shellPrograms,
  programs: async () => (await import('@drydock/programs')).programs,
  engine: async () => (await import('@drydock/engine')).enginePrograms,
  'docker-cli': async () => (await import('@drydock/docker-cli')).dockerPrograms,
  compose: async () => (await import('@drydock/compose')).composePrograms,
  node: async () => (await import('@drydock/node')).nodePrograms,
  mysql: async () => (await import('@drydock/mysql')).mysqlPrograms,
  postgres: async () => (await import('@drydock/postgres')).postgresPrograms,
  mongo: async () => (await import('@drydock/mongo')).mongoPrograms,
  redis: async () => (await import('@drydock/redis')).redisPrograms,
  dashboards: async () => (await import('@drydock/dashboards')).dashboardPrograms,
  edge: async () => (await import('@drydock/edge')).edgePrograms,
  wasi: async () => (await import('@drydock/wasi')).wasiPrograms,
  golang: async () => (await import('@drydock/golang')).golangPrograms,
  java: async () => (await import('@drydock/programs/java')).javaPrograms,
  python: async () => (await import('@drydock/python')).pythonPrograms,
  registry: async () => (await import('@drydock/registry/program')).registryPrograms,
}

/** Finds programs by the names that stubs hold, and loads their rooms. One table serves all hosts of a session. */
export class LazyProgramTable implements ProgramTable {
  private readonly loaded = new Map<string, Program>(shellPrograms.map((program) => [program.name, program]))
  private readonly rooms = roomsOfPrograms()
  private readonly loading = new Map<Room, Promise<void>>()

  find(name: string): Program | undefined | Promise<Program | undefined> {
    const known = this.loaded.get(name)
    const room = this.rooms.get(name)
    if (known || room === undefined) return known
    return this.load(room).then(() => this.loaded.get(name))
  }

  /** Loads what will be wanted soon. */
  async prefetch(): Promise<void> {
    for (const room of ['engine', 'docker-cli', 'programs'] as const) await this.load(room)
  }

  private load(room: Room): Promise<void> {
    const known = this.loading.get(room)
    if (known) return known
    const loading = LOADERS[room]().then((programs) => {
      for (const program of programs) this.loaded.set(program.name, program)
    })
    this.loading.set(room, loading)
    loading.catch(() => this.loading.delete(room))
    return loading
  }
}

/** Which room each program is in, by its name. */
const roomsOfPrograms = (): ReadonlyMap<string, Room> =>
  new Map(rooms.flatMap(([room, names]) => names.split(' ').map((name) => [name, room] as const)))
