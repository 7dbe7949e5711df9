import type { VertexStatus } from '@drydock/docker-api'
import { type BuildTrace, errorLogs, isCancelled, type TracedVertex, transferred } from './build-trace.ts'

/** Lines of a failed step that are shown once more. */
const LAST_LINES = 10

/**
 * `--progress=plain`: steps one after the other, each with its number; a step that goes on while another is shown is taken
 * up again later.
 */
export class PlainPrinter {
  private readonly trace: BuildTrace
  private readonly head: string
  private current: string | undefined
  private count = 0
  private readonly shown = new Map<string, number>()

  /** @param head what stands above: `building with "default" instance using docker driver` */
  constructor(trace: BuildTrace, head: string) {
    this.trace = trace
    this.head = head
  }

  /** What to write for what is new. */
  update(): string {
    const updated = [...this.trace.updates].flatMap((digest) => this.trace.vertexes.get(digest) ?? [])
    const done = updated
      .filter(({ vertex }) => vertex.completed !== undefined)
      .toSorted((a, b) => (a.vertex.completed ?? 0) - (b.vertex.completed ?? 0))
    const first = done.filter(({ vertex }) => vertex.digest === this.current)
    const rest = done.filter((each) => !first.includes(each))
    return [...first, ...rest].map((each) => this.show(each)).join('') + this.showOpen(updated)
  }

  finish(): string {
    return this.update() + errorLogs(this.trace, LAST_LINES)
  }

  /** One step that goes on: the one that was shown, else another. */
  private showOpen(updated: readonly TracedVertex[]): string {
    const open = updated.filter(({ vertex }) => vertex.completed === undefined)
    const same = open.find(({ vertex }) => vertex.digest === this.current)
    if (same) return this.show(same)
    if (this.current !== undefined) return ''
    const next = open[0] ?? this.trace.started().find(({ vertex }) => vertex.completed === undefined)
    return next ? this.show(next) : ''
  }

  private show(traced: TracedVertex): string {
    const { vertex } = traced
    const out = this.heading(traced)
    const prefix = `#${traced.index}`
    const statuses = [...traced.changed].flatMap((id) => traced.statuses.get(id) ?? [])
    traced.changed.clear()
    const before = this.shown.get(vertex.digest) ?? 0
    const complete = traced.partial && vertex.completed === undefined ? traced.lines.slice(0, -1) : traced.lines
    const lines = complete.slice(before).map((line) => `${prefix} ${line}\n`)
    this.shown.set(vertex.digest, Math.max(before, complete.length))
    this.trace.updates.delete(vertex.digest)
    this.current = vertex.digest
    return (
      out +
      statuses.map((status) => `${prefix} ${statusLine(status)}\n`).join('') +
      lines.join('') +
      this.ending(traced)
    )
  }

  private heading(traced: TracedVertex): string {
    const { vertex } = traced
    if (traced.index === 0) traced.index = ++this.count
    if (vertex.digest === this.current) return ''
    const old = this.current === undefined ? undefined : this.trace.vertexes.get(this.current)
    const left = old ? `#${old.index} ...\n` : ''
    const begun = this.shown.size === 0
    const top = begun ? (this.head === '' ? '' : `#0 ${this.head}\n\n`) : '\n'
    return `${left}${top}#${traced.index} ${vertex.name}\n`
  }

  private ending({ vertex, index }: TracedVertex): string {
    if (vertex.completed === undefined) return ''
    this.current = undefined
    if (isCancelled(vertex)) return `#${index} CANCELED\n`
    if (vertex.error !== '') return `#${index} ERROR: ${vertex.error}\n`
    if (vertex.cached) return `#${index} CACHED\n`
    return `#${index} DONE ${((vertex.completed - (vertex.started ?? vertex.completed)) / 1000).toFixed(1)}s\n`
  }
}

function statusLine(status: VertexStatus): string {
  const bytes = transferred(status)
  const seconds = ((status.completed ?? status.timestamp) - (status.started ?? status.timestamp)) / 1000
  const time = seconds > 0.01 ? ` ${seconds.toFixed(1)}s` : ''
  return `${status.id}${bytes === '' ? '' : ` ${bytes}`}${time}${status.completed === undefined ? '' : ' done'}`
}
