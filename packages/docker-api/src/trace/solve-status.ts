import { type Field, MessageWriter, readFields, textOf } from './protobuf.ts'

/** One step of a build. Times in milliseconds since the epoch, with a fraction. BuildKit api/services/control/control.proto */
export interface Vertex {
  readonly digest: string
  readonly inputs: readonly string[]
  readonly name: string
  readonly cached: boolean
  readonly started: number | undefined
  readonly completed: number | undefined
  readonly error: string
}

/** Something that goes on inside a step: bytes transferred, a layer exported. */
export interface VertexStatus {
  readonly id: string
  readonly vertex: string
  readonly name: string
  readonly current: number
  readonly total: number
  readonly timestamp: number
  readonly started: number | undefined
  readonly completed: number | undefined
}

export interface VertexLog {
  readonly vertex: string
  readonly timestamp: number
  /** 1 output, 2 errors. */
  readonly stream: number
  readonly message: Uint8Array
}

/** Lines of a source, the first is 1. */
export interface SourceRange {
  readonly start: number
  readonly end: number
}

export interface VertexWarning {
  readonly vertex: string
  readonly level: number
  readonly short: string
  readonly detail: readonly string[]
  readonly url: string
  /** The Dockerfile it is about. */
  readonly source: { readonly filename: string; readonly data: string } | undefined
  readonly ranges: readonly SourceRange[]
}

/** What became known since the last one: message StatusResponse. */
export interface SolveStatus {
  readonly vertexes: readonly Vertex[]
  readonly statuses: readonly VertexStatus[]
  readonly logs: readonly VertexLog[]
  readonly warnings: readonly VertexWarning[]
}

const time = (ms: number | undefined): MessageWriter | undefined =>
  ms === undefined
    ? undefined
    : new MessageWriter().varint(1, Math.floor(ms / 1000)).varint(2, Math.round((ms % 1000) * 1e6) % 1e9)

function writeVertex(vertex: Vertex): MessageWriter {
  const writer = new MessageWriter().text(1, vertex.digest)
  for (const input of vertex.inputs) writer.text(2, input)
  return writer
    .text(3, vertex.name)
    .bool(4, vertex.cached)
    .message(5, time(vertex.started))
    .message(6, time(vertex.completed))
    .text(7, vertex.error)
}

const writeStatus = (status: VertexStatus): MessageWriter =>
  new MessageWriter()
    .text(1, status.id)
    .text(2, status.vertex)
    .text(3, status.name)
    .varint(4, status.current)
    .varint(5, status.total)
    .message(6, time(status.timestamp))
    .message(7, time(status.started))
    .message(8, time(status.completed))

const writeLog = ({ vertex, timestamp, stream, message }: VertexLog): MessageWriter =>
  new MessageWriter().text(1, vertex).message(2, time(timestamp)).varint(3, stream).bytes(4, message)

const position = (line: number): MessageWriter => new MessageWriter().varint(1, line)

function writeWarning(warning: VertexWarning): MessageWriter {
  const writer = new MessageWriter().text(1, warning.vertex).varint(2, warning.level).text(3, warning.short)
  for (const line of warning.detail) writer.text(4, line)
  writer.text(5, warning.url)
  const { source } = warning
  writer.message(6, source && new MessageWriter().text(1, source.filename).text(2, source.data))
  for (const { start, end } of warning.ranges)
    writer.message(7, new MessageWriter().message(1, position(start)).message(2, position(end)))
  return writer
}

export function encodeSolveStatus({ vertexes, statuses, logs, warnings }: SolveStatus): Uint8Array {
  const writer = new MessageWriter()
  for (const vertex of vertexes) writer.message(1, writeVertex(vertex))
  for (const status of statuses) writer.message(2, writeStatus(status))
  for (const log of logs) writer.message(3, writeLog(log))
  for (const warning of warnings) writer.message(4, writeWarning(warning))
  return writer.finish()
}

/** Fields by their number; of repeated ones all. */
class Fields {
  private readonly fields: readonly Field[]
  constructor(bytes: Uint8Array) {
    this.fields = [...readFields(bytes)]
  }
  all(number: number): Uint8Array[] {
    return this.fields.filter((field) => field.number === number).map(({ bytes }) => bytes)
  }
  bytes(number: number): Uint8Array {
    return this.all(number).at(-1) ?? new Uint8Array(0)
  }
  text(number: number): string {
    return textOf(this.bytes(number))
  }
  number(number: number): number {
    return this.fields.findLast((field) => field.number === number)?.value ?? 0
  }
  has(number: number): boolean {
    return this.fields.some((field) => field.number === number)
  }
  time(number: number): number | undefined {
    if (!this.has(number)) return undefined
    const inner = new Fields(this.bytes(number))
    return inner.number(1) * 1000 + inner.number(2) / 1e6
  }
  within(number: number): Fields {
    return new Fields(this.bytes(number))
  }
}

function readVertex(bytes: Uint8Array): Vertex {
  const fields = new Fields(bytes)
  return {
    digest: fields.text(1),
    inputs: fields.all(2).map(textOf),
    name: fields.text(3),
    cached: fields.number(4) === 1,
    started: fields.time(5),
    completed: fields.time(6),
    error: fields.text(7),
  }
}

function readStatus(bytes: Uint8Array): VertexStatus {
  const fields = new Fields(bytes)
  return {
    id: fields.text(1),
    vertex: fields.text(2),
    name: fields.text(3),
    current: fields.number(4),
    total: fields.number(5),
    timestamp: fields.time(6) ?? 0,
    started: fields.time(7),
    completed: fields.time(8),
  }
}

function readLog(bytes: Uint8Array): VertexLog {
  const fields = new Fields(bytes)
  return {
    vertex: fields.text(1),
    timestamp: fields.time(2) ?? 0,
    stream: fields.number(3),
    message: fields.bytes(4).slice(),
  }
}

function readWarning(bytes: Uint8Array): VertexWarning {
  const fields = new Fields(bytes)
  const info = fields.within(6)
  return {
    vertex: fields.text(1),
    level: fields.number(2),
    short: fields.text(3),
    detail: fields.all(4).map(textOf),
    url: fields.text(5),
    source: fields.has(6) ? { filename: info.text(1), data: info.text(2) } : undefined,
    ranges: fields.all(7).map((range) => {
      const inner = new Fields(range)
      return { start: inner.within(1).number(1), end: inner.within(2).number(1) }
    }),
  }
}

export function decodeSolveStatus(bytes: Uint8Array): SolveStatus {
  const fields = new Fields(bytes)
  return {
    vertexes: fields.all(1).map(readVertex),
    statuses: fields.all(2).map(readStatus),
    logs: fields.all(3).map(readLog),
    warnings: fields.all(4).map(readWarning),
  }
}
