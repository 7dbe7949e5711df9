import type { SolveStatus, Vertex, VertexStatus, VertexWarning } from '@drydock/docker-api'

/** A step as the printers know it. */
export interface TracedVertex {
  vertex: Vertex
  readonly statuses: Map<string, VertexStatus>
  /** Ids of statuses that changed since the printer looked. */
  readonly changed: Set<string>
  /** Lines of output, each with its time since the step began. */
  readonly lines: string[]
  /** The last line has no end yet. */
  partial: boolean
  /** What was written, for the window of a terminal. */
  raw: string
  /** Number in plain output; 0: not shown yet. */
  index: number
}

const decoder = new TextDecoder()

/** Everything a build has told so far. */
export class BuildTrace {
  readonly vertexes = new Map<string, TracedVertex>()
  /** Steps that changed since the printer looked. */
  readonly updates = new Set<string>()
  readonly warnings: VertexWarning[] = []
  startedAt: number | undefined

  update(status: SolveStatus): void {
    for (const vertex of status.vertexes) this.takeVertex(vertex)
    for (const each of status.statuses) this.takeStatus(each)
    for (const { vertex, timestamp, message } of status.logs) this.takeLog(vertex, timestamp, message)
    this.warnings.push(...status.warnings)
  }

  /** Steps that have begun, in order. */
  started(): TracedVertex[] {
    return [...this.vertexes.values()].filter(({ vertex }) => vertex.started !== undefined)
  }

  private takeVertex(vertex: Vertex): void {
    if (vertex.started !== undefined) this.startedAt ??= vertex.started
    const known = this.vertexes.get(vertex.digest)
    if (known) known.vertex = vertex.started === undefined ? known.vertex : vertex
    else this.vertexes.set(vertex.digest, fresh(vertex))
    if (vertex.started !== undefined) this.updates.add(vertex.digest)
  }

  private takeStatus(status: VertexStatus): void {
    const traced = this.vertexes.get(status.vertex)
    if (!traced) return
    traced.statuses.set(status.id, status)
    traced.changed.add(status.id)
    this.updates.add(status.vertex)
  }

  private takeLog(digest: string, timestamp: number, message: Uint8Array): void {
    const traced = this.vertexes.get(digest)
    if (!traced || message.length === 0) return
    const text = decoder.decode(message)
    traced.raw += text
    const time = since(timestamp - (traced.vertex.started ?? timestamp))
    const pieces = text.split('\n')
    const whole = pieces.at(-1) === ''
    for (const [i, piece] of (whole ? pieces.slice(0, -1) : pieces).entries()) {
      const last = traced.lines.length - 1
      if (i === 0 && traced.partial && last >= 0) traced.lines[last] += piece
      else traced.lines.push(`${time} ${piece}`)
    }
    traced.partial = !whole
    this.updates.add(digest)
  }
}

const fresh = (vertex: Vertex): TracedVertex => ({
  vertex,
  statuses: new Map(),
  changed: new Set(),
  lines: [],
  partial: false,
  raw: '',
  index: 0,
})

/** Seconds with fewer digits the more there are. */
function since(ms: number): string {
  const seconds = Math.max(0, ms / 1000)
  return seconds.toFixed(seconds < 10 ? 3 : seconds < 100 ? 2 : 1)
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes as progress shows them: `1.23kB`, and whole ones without a fraction. */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return unit === 0 ? `${value}B` : `${value.toFixed(2)}${UNITS[unit] ?? ''}`
}

export function transferred({ current, total }: VertexStatus): string {
  if (total > 0) return `${bytesText(current)} / ${bytesText(total)}`
  return current > 0 ? bytesText(current) : ''
}

export const isCancelled = ({ error }: Vertex): boolean => error.endsWith('context canceled')

/** What a step that failed had written, between rules. */
export function errorLogs(trace: BuildTrace, limit: number): string {
  return trace
    .started()
    .filter(({ vertex }) => vertex.error !== '' && !isCancelled(vertex))
    .map(
      ({ vertex, lines }) =>
        `------\n > ${vertex.name}:\n${lines
          .slice(-limit)
          .map((line) => `${line}\n`)
          .join('')}------\n`,
    )
    .join('')
}
