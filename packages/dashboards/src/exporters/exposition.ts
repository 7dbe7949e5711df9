import type { ServerResponse } from '@drydock/http'

export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

/** A metric with all its series. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly kind: 'counter' | 'gauge'
  readonly samples: readonly Sample[]
}

/** A metric that has one series, without labels. */
export const single = (kind: Family['kind'], name: string, help: string, value: number): Family => ({
  ...{ name, help, kind },
  samples: [[{}, value]],
})

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')

/** As Go's strconv writes a float in its shortest form: large and small ones with an exponent of two digits at least. */
function shown(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return String(value)
}

function line(name: string, [labels, value]: Sample): string {
  const pairs = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => `${key}="${escaped(text)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${shown(value)}\n`
}

/** The text exposition format, version 0.0.4: families by their names, each with what it is. */
export const exposition = (families: readonly Family[]): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, help, kind, samples }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${samples.map((sample) => line(name, sample)).join('')}`,
    )
    .join('')

export const metricsPage = (families: readonly Family[]): ServerResponse => ({
  status: 200,
  headers: [['Content-Type', 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores']],
  body: exposition(families),
})
