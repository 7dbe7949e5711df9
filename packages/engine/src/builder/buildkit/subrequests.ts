import { encodeBase64 } from '@drydock/codec'
import { type Dockerfile, excerpt, type Lint, type LintWarning } from '@drydock/dockerfile'
import type { BuildOptions } from '../build-options.ts'
import type { BuildFailure } from './buildkit-build.ts'

/** What `docker build --call` prints, and its exit status. BuildKit frontend/subrequests */
export interface CallResult {
  readonly text: string
  readonly json: unknown
  readonly status: number
}

type Answer = (
  options: BuildOptions,
  dockerfile: Dockerfile,
  lint: Lint,
  failure: BuildFailure | undefined,
) => CallResult

const byLine = (a: LintWarning, b: LintWarning): number => (a.range?.start ?? 0) - (b.range?.start ?? 0)

function warningText({ dockerfile }: BuildOptions, data: string, { rule, url, message, range }: LintWarning): string {
  const head = `\nWARNING: ${rule}${url === '' ? '' : ` - ${url}`}\n${message}\n`
  return head + (range ? `\n${excerpt(dockerfile, data, range.start, range.end)}` : '')
}

const location = (range: { start: number; end: number } | undefined): object => ({
  ranges: range ? [{ start: { line: range.start }, end: { line: range.end } }] : [],
})

const lintAnswer: Answer = (options, { text: data }, lint, failure) => {
  const warnings = lint.warnings.toSorted(byLine)
  const text = warnings.map((warning) => warningText(options, data, warning)).join('')
  const source = failure?.source
  return {
    text:
      text +
      (failure && source
        ? `\n${failure.message.replace(/^failed to solve: /, '')}\n${excerpt(source.filename, source.data, source.start, source.end)}`
        : ''),
    json: {
      warnings: warnings.map(({ rule, description, url, message, range }) => ({
        ruleName: rule,
        description,
        ...(url === '' ? {} : { url }),
        detail: message,
        location: location(range),
      })),
      sources: [{ filename: options.dockerfile, data: encodeBase64(data) }],
      ...(failure ? { buildError: { message: failure.message, location: location(source) } } : {}),
    },
    status: warnings.length > 0 || failure ? 1 : 0,
  }
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length))) ?? []
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd((widths[i] ?? 0) + 4))).join('')
  return rows.map((row) => `${line(row)}\n`).join('')
}

const docOf = (comments: readonly string[], name: string): string =>
  comments.find((line) => name !== '' && line.startsWith(`${name} `))?.slice(name.length + 1) ?? ''

const targetsAnswer: Answer = (_options, { stages }) => {
  const rows = stages.map(({ from }, i) => ({
    name: from.name,
    description: docOf(from.comments, from.name),
    default: i === stages.length - 1,
    base: from.base,
  }))
  const cells = rows.map(({ name, description, default: last }) => [
    `${name}${last ? (name === '' ? '(default)' : ' (default)') : ''}`,
    description,
  ])
  return { text: table([['TARGET', 'DESCRIPTION'], ...cells]), json: { targets: rows }, status: 0 }
}

const outlineAnswer: Answer = (options, { stages, globalArgs }) => {
  const target = stages.find(({ from }) => from.name === options.target) ?? stages.at(-1)
  const own = (target?.instructions ?? []).filter((each) => each.kind === 'ARG')
  const args = [...globalArgs, ...own].flatMap(({ args: list, comments }) =>
    list.map(({ key, value }) => ({
      name: key,
      value: options.buildArgs.get(key) ?? value ?? '',
      description: docOf(comments, key),
    })),
  )
  const name = target?.from.name ?? ''
  const head = name === '' ? '' : `TARGET:         ${name}\n`
  const rows = args.map(({ name: key, value, description }) => [key, value, description])
  const list = args.length > 0 ? `\n${table([['BUILD ARG', 'VALUE', 'DESCRIPTION'], ...rows])}` : ''
  return { text: head + list, json: { ...(name === '' ? {} : { name }), args }, status: 0 }
}

const ANSWERS: ReadonlyMap<string, Answer> = new Map([
  ['lint', lintAnswer],
  ['check', lintAnswer],
  ['targets', targetsAnswer],
  ['outline', outlineAnswer],
])

export const callResult: Answer = (options, ...rest) => (ANSWERS.get(options.call) ?? lintAnswer)(options, ...rest)
