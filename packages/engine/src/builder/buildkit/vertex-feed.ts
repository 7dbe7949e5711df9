import { encodeBase64, sha256Hex } from '@drydock/codec'
import {
  encodeSolveStatus,
  type SolveStatus,
  type Vertex,
  type VertexStatus,
  type VertexWarning,
} from '@drydock/docker-api'
import type { Clock } from '@drydock/abi'
import type { ProgressStream } from '../../images/progress.ts'

const NOTHING: SolveStatus = { vertexes: [], statuses: [], logs: [], warnings: [] }

/** Tells a client how a build goes, in BuildKit's form: messages `moby.buildkit.trace`. */
export class VertexFeed {
  private readonly progress: ProgressStream
  private readonly clock: Clock
  private readonly seed: string
  private made = 0
  /** Messages go out one after the other, whoever sends them. */
  private tail: Promise<void> = Promise.resolve()

  /** @param seed makes digests of steps that have no content of their own different from build to build */
  constructor(progress: ProgressStream, clock: Clock, seed: string) {
    this.progress = progress
    this.clock = clock
    this.seed = seed
  }

  now(): number {
    return this.clock.now()
  }

  freshDigest(): string {
    return `sha256:${sha256Hex(`${this.seed} ${this.made++}`)}`
  }

  /** A step that begins now. */
  async begin(name: string, digest = this.freshDigest(), inputs: readonly string[] = []): Promise<OpenVertex> {
    const vertex: Vertex = { digest, inputs, name, cached: false, started: this.now(), completed: undefined, error: '' }
    await this.send({ vertexes: [vertex] })
    return new OpenVertex(this, vertex)
  }

  /** Does `work` as a step. What it throws is told with the step, and thrown. */
  async step<T>(name: string, work: (vertex: OpenVertex) => Promise<T>, digest?: string): Promise<T> {
    const vertex = await this.begin(name, digest)
    try {
      const result = await work(vertex)
      await vertex.complete()
      return result
    } catch (error) {
      if (error instanceof Error) await vertex.fail(error.message)
      throw error
    }
  }

  send(status: Partial<SolveStatus>): Promise<void> {
    const aux = encodeBase64(encodeSolveStatus({ ...NOTHING, ...status }))
    this.tail = this.tail.then(() => this.progress.send({ id: 'moby.buildkit.trace', aux }))
    return this.tail
  }

  warn(warning: VertexWarning): Promise<void> {
    return this.send({ warnings: [warning] })
  }
}

/** A step under way. */
export class OpenVertex {
  readonly digest: string
  private readonly feed: VertexFeed
  private vertex: Vertex

  constructor(feed: VertexFeed, vertex: Vertex) {
    this.feed = feed
    this.vertex = vertex
    this.digest = vertex.digest
  }

  async complete(cached = false): Promise<void> {
    await this.end({ cached })
  }

  fail(error: string): Promise<void> {
    return this.end({ error })
  }

  /** Something inside that is done at once, or that begins. */
  async status(id: string, fields: Partial<VertexStatus> = {}): Promise<void> {
    const timestamp = this.feed.now()
    const status = {
      id,
      vertex: this.digest,
      name: '',
      current: 0,
      total: 0,
      timestamp,
      started: timestamp,
      completed: timestamp,
    }
    await this.feed.send({ statuses: [{ ...status, ...fields }] })
  }

  /** Does `work`, told as something inside. */
  async during<T>(id: string, work: () => Promise<T>): Promise<T> {
    const started = this.feed.now()
    await this.status(id, { completed: undefined })
    const result = await work()
    await this.status(id, { started, completed: this.feed.now() })
    return result
  }

  async log(stream: number, message: Uint8Array): Promise<void> {
    await this.feed.send({ logs: [{ vertex: this.digest, timestamp: this.feed.now(), stream, message }] })
  }

  private async end(fields: Partial<Vertex>): Promise<void> {
    this.vertex = { ...this.vertex, ...fields, completed: this.feed.now() }
    await this.feed.send({ vertexes: [this.vertex] })
  }
}
