export type Labels = ReadonlyMap<string, string>

export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly value: number
}

/** A series with the samples of the last hour. */
export interface Series {
  readonly labels: Labels
  readonly samples: Sample[]
}

const KEPT_MS = 3_600_000

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/
const LABEL = /([a-zA-Z_]\w*)\s*=\s*"((?:\\.|[^"\\])*)"/g
const SPECIAL: Readonly<Record<string, number>> = { '+Inf': Infinity, '-Inf': -Infinity, NaN: Number.NaN }

/** Lines of the text exposition format, version 0.0.4. */
export function* parseMetrics(text: string): Generator<readonly [labels: Map<string, string>, value: number]> {
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value = ''] = line.startsWith('#') ? [] : (LINE.exec(line) ?? [])
    if (name === '') continue
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', quoted = '']): [string, string] => [
      key,
      quoted.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)),
    ])
    yield [new Map([['__name__', name], ...pairs]), SPECIAL[value] ?? Number(value)]
  }
}

export const labelsKey = (labels: Labels): string =>
  JSON.stringify([...labels].toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** All series by their labels. */
export class SeriesStore {
  private readonly all = new Map<string, Series>()

  add(labels: Labels, at: number, value: number): void {
    const key = labelsKey(labels)
    const series = this.all.get(key) ?? { labels, samples: [] }
    this.all.set(key, series)
    series.samples.push({ at, value })
    while ((series.samples[0]?.at ?? at) < at - KEPT_MS) series.samples.shift()
  }

  values(): Iterable<Series> {
    return this.all.values()
  }
}
