import { PGlite } from '@electric-sql/pglite'
import type { FromBackend, OpenMessage, ToBackend } from '../protocol.ts'
import { readArchive, writeArchive } from './archive.ts'
import { FileChanges, type MemoryFs } from './file-changes.ts'

/** What the worker gives. */
export interface PgliteHost {
  /** The data directory of a fresh cluster, a tar archive. */
  template(): Promise<Uint8Array>
  /** Bytes as the library takes them. */
  blob(bytes: Uint8Array): unknown
  post(message: FromBackend): void
  onMessage(handler: (message: ToBackend) => void): void
  now(): number
}

const DATA = '/pglite/data'

/** One backend of PostgreSQL, from its start message until the worker is ended. */
export function runPglite(host: PgliteHost): void {
  const backend = new Backend(host)
  let last = Promise.resolve()
  host.onMessage((message) => {
    last = last
      .then(() => backend.receive(message))
      .catch((error: unknown) => host.post({ kind: 'failed', message: String(error) }))
  })
}

class Backend {
  private readonly host: PgliteHost
  private pg: PGlite | undefined
  private changes: FileChanges | undefined
  private toldBytes = 0

  constructor(host: PgliteHost) {
    this.host = host
  }

  async receive(message: ToBackend): Promise<void> {
    const start = this.host.now()
    if (message.kind === 'template')
      this.host.post({ kind: 'template', files: readArchive(await this.host.template()) })
    else if (message.kind === 'open') await this.open(message)
    else await this.exec(message.bytes)
    this.tell(start)
  }

  /** What was used, before the next message. */
  private tell(start: number): void {
    const bytes = heapBytes(this.pg)
    this.host.post({ kind: 'usage', cpuMs: this.host.now() - start, heapBytes: bytes - this.toldBytes })
    this.toldBytes = bytes
  }

  private async open({ files, database }: OpenMessage): Promise<void> {
    const archive = this.host.blob(writeArchive(files))
    // A name would become SET ROLE without quotes; without one it is the bootstrap superuser, however that is called.
    this.pg = await PGlite.create({ loadDataDir: archive as never, database })
    this.changes = new FileChanges(moduleOf(this.pg).FS, DATA, 'PG_VERSION')
    this.host.post({
      kind: 'opened',
      changes: this.changes.since(files.filter(({ path }) => path !== 'postmaster.pid')),
    })
  }

  private async exec(bytes: Uint8Array): Promise<void> {
    const answer = await this.pg?.execProtocolRaw(bytes, { syncToFs: false })
    this.host.post({ kind: 'answer', bytes: answer?.slice() ?? new Uint8Array(0), changes: this.changes?.take() ?? [] })
  }
}

interface WasmModule {
  readonly FS: MemoryFs
  readonly HEAPU8?: Uint8Array
}

/** The library's door to its module is typed for its own plugins. */
const moduleOf = (pg: PGlite): WasmModule => (pg as unknown as { readonly Module: WasmModule }).Module

const heapBytes = (pg: PGlite | undefined): number => (pg ? (moduleOf(pg).HEAPU8?.length ?? 0) : 0)
