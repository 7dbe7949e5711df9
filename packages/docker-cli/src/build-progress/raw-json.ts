import type { SolveStatus, Vertex, VertexStatus } from '@drydock/docker-api'

const time = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z')

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))
const encode = (text: string): string => base64(new TextEncoder().encode(text))

const vertexJson = ({ digest, inputs, name, started, completed, cached, error }: Vertex): object => ({
  digest,
  ...(inputs.length > 0 ? { inputs } : {}),
  name,
  ...(started === undefined ? {} : { started: time(started) }),
  ...(completed === undefined ? {} : { completed: time(completed) }),
  ...(cached ? { cached } : {}),
  ...(error === '' ? {} : { error }),
})

const statusJson = ({ id, vertex, name, total, current, timestamp, started, completed }: VertexStatus): object => ({
  id,
  vertex,
  ...(name === '' ? {} : { name }),
  ...(total === 0 ? {} : { total }),
  current,
  timestamp: time(timestamp),
  ...(started === undefined ? {} : { started: time(started) }),
  ...(completed === undefined ? {} : { completed: time(completed) }),
})

/** `--progress=rawjson`: one line a message, as BuildKit's client package encodes it. */
export function rawJson({ vertexes, statuses, logs, warnings }: SolveStatus): string {
  const line = {
    ...(vertexes.length > 0 ? { vertexes: vertexes.map(vertexJson) } : {}),
    ...(statuses.length > 0 ? { statuses: statuses.map(statusJson) } : {}),
    ...(logs.length > 0
      ? {
          logs: logs.map(({ vertex, stream, message, timestamp }) => ({
            vertex,
            stream,
            data: base64(message),
            timestamp: time(timestamp),
          })),
        }
      : {}),
    ...(warnings.length > 0
      ? {
          warnings: warnings.map(({ level, short, detail, url, source, ranges }) => ({
            level,
            short: encode(short),
            detail: detail.map(encode),
            url,
            ...(source ? { sourceInfo: { filename: source.filename, data: encode(source.data) } } : {}),
            range: ranges.map(({ start, end }) => ({ start: { line: start }, end: { line: end } })),
          })),
        }
      : {}),
  }
  return `${JSON.stringify(line)}\n`
}
