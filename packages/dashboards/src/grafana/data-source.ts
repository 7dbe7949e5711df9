import { inet, isErrno, type Sys } from '@drydock/abi'
import { HttpError, request } from '@drydock/http'
import { dial, ResolveError, resolveHost } from '@drydock/libc'
import type { Line } from '../chart.ts'

export interface DataSource {
  readonly name: string
  readonly type: string
  /** `http://host[:port][/path]`. */
  readonly url: string
  readonly isDefault: boolean
}

/** Why a data source gave no answer. */
export class QueryError extends Error {}

interface Found {
  readonly metric: Readonly<Record<string, string>>
  readonly values?: readonly (readonly [number, string])[]
  readonly value?: readonly [number, string]
}
interface Answer {
  readonly status: string
  readonly error?: string
  readonly data?: { readonly resultType: string; readonly result: readonly Found[] | readonly [number, string] }
}

const numberOf = (text: string): number => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text))

/**
 * Asks a Prometheus for an expression over time.
 * @param legend a name for each line, with `{{label}}` in it; '' for all labels
 * @throws QueryError
 */
export async function queryRange(
  sys: Sys,
  { url, type }: DataSource,
  { expr, legend, from, to, stepMs }: { expr: string; legend: string; from: number; to: number; stepMs: number },
): Promise<Line[]> {
  if (type !== 'prometheus') throw new QueryError(`This stand-in asks Prometheus only, no data source of type ${type}`)
  const words = new URLSearchParams({
    query: expr,
    start: String(from / 1000),
    end: String(to / 1000),
    step: String(stepMs / 1000),
  })
  const { status, error, data } = await ask(sys, url, `/api/v1/query_range?${words}`)
  if (status !== 'success') throw new QueryError(error ?? 'no answer')
  return ((data?.result ?? []) as readonly Found[]).map(({ metric, values = [] }) => ({
    name: nameOf(metric, legend),
    points: values.map(([at, value]) => [at * 1000, numberOf(value)] as const),
  }))
}

function nameOf(metric: Readonly<Record<string, string>>, legend: string): string {
  if (legend !== '' && legend !== '__auto')
    return legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => metric[label] ?? '')
  const labels = Object.entries(metric).filter(([name]) => name !== '__name__')
  return `${metric['__name__'] ?? ''}{${labels.map(([name, value]) => `${name}="${value}"`).join(', ')}}`
}

/** Whether the source answers, in words. */
export async function testSource(sys: Sys, source: DataSource): Promise<string> {
  await ask(sys, source.url, '/api/v1/query?query=1')
  return 'Successfully queried the Prometheus API.'
}

async function ask(sys: Sys, url: string, target: string): Promise<Answer> {
  const [, hostname = '', port = '80', folder = ''] = /^http:\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(url) ?? []
  if (hostname === '') throw new QueryError(`${url} is no address of http`)
  try {
    const [address = ''] = await resolveHost(sys, hostname)
    const stream = await dial(sys, inet(address, Number(port)))
    try {
      const headers = [
        ['Host', `${hostname}:${port}`],
        ['Connection', 'close'],
      ] as const
      const response = await request(stream, { target: folder.replace(/\/$/, '') + target, headers })
      return JSON.parse(new TextDecoder().decode(await response.body.readAll())) as Answer
    } finally {
      stream.close()
    }
  } catch (error) {
    if (error instanceof ResolveError) throw new QueryError(`Get "${url}": lookup ${hostname}: no such host`)
    if (error instanceof HttpError || error instanceof SyntaxError) throw new QueryError(`${url}: ${error.message}`)
    if (isErrno(error)) throw new QueryError(`Get "${url}": dial tcp: ${error.message.toLowerCase()}`)
    throw error
  }
}
