import { encodeBase64 } from '@drydock/codec'
import { type Dockerfile, excerpt, type Lint, type LintWarning } from '@drydock/dockerfile'
import { tabulate } from '@drydock/go-template'
import type { BuildOptions } from '../build-options.ts'
import type { BuildFailure } from './buildkit-build.ts'
import { Problem } from '../../problem.ts'
import { docOf, type OutlineMount } from './outline.ts'
import type { Planner } from './plan.ts'

/** What `docker build --call` prints, and its exit status. BuildKit frontend/subrequests */
export interface CallResult {
  readonly text: string
  readonly json: unknown
  readonly status: number
  /** Told after it as what went wrong. */
  readonly error?: string
}

interface Call {
  readonly options: BuildOptions
  readonly dockerfile: Dockerfile
  readonly lint: Lint
  readonly failure: BuildFailure | undefined
  /** Undefined: the Dockerfile is too wrong to be planned. */
  readonly planner: Planner | undefined
}
type Answer = (call: Call) => CallResult

const byLine = (a: LintWarning, b: LintWarning): number => (a.range?.start ?? 0) - (b.range?.start ?? 0)

function warningText({ dockerfile }: BuildOptions, data: string, { rule, url, message, range }: LintWarning): string {
  const head = `\nWARNING: ${rule}${url === '' ? '' : ` - ${url}`}\n${message}\n`
  return head + (range ? `\n${excerpt(dockerfile, data, range.start, range.end)}` : '')
}

const location = (range: { start: number; end: number } | undefined): object => ({
  ranges: range ? [{ start: { line: range.start }, end: { line: range.end } }] : [],
})

const lintAnswer: Answer = ({ options, dockerfile: { text: data }, lint, failure }) => {
  const warnings = lint.warnings.toSorted(byLine)
  const text = warnings.map((warning) => warningText(options, data, warning)).join('')
  const source = failure?.source
  return {
    text: failure && warnings.length > 0 ? `${text}\n` : text,
    ...(failure
      ? {
          error:
            `${failure.message.replace(/^failed to solve: /, '')}\n` +
            (source ? excerpt(source.filename, source.data, source.start, source.end) : ''),
        }
      : {}),
    json: {
      warnings: warnings.map(({ rule, description, url, message, range }) => ({
        ruleName: rule,
        description,
        ...(url === '' ? {} : { url }),
        detail: message,
        location: location(range),
      })),
      sources: [{ filename: options.dockerfile, data: encodeBase64(data) }],
      ...(failure
        ? { buildError: { message: failure.message.replace(/^failed to solve: /, ''), location: location(source) } }
        : {}),
    },
    status: warnings.length > 0 || failure ? 1 : 0,
  }
}

const table = (rows: readonly (readonly string[])[], padding: number): string =>
  tabulate(rows.map((row) => `${row.join('\t')}\n`).join(''), 0, padding)

/** What Go leaves out of JSON when it is empty. */
const filled = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== '' && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  )

const targetsAnswer: Answer = ({ dockerfile: { stages, text } }) => {
  const rows = stages.map(({ from }, i) => ({
    name: from.name,
    default: i === stages.length - 1,
    description: docOf(from.comments, from.name),
    base: from.base,
    platform: from.platform,
    location: location(from.range),
  }))
  const cells = rows.map(({ name, description, default: last }) => [
    `${name}${last ? (name === '' ? '(default)' : ' (default)') : ''}`,
    description,
  ])
  return {
    text: table([['TARGET', 'DESCRIPTION'], ...cells], 1),
    json: { targets: rows.map(filled), sources: [encodeBase64(text)] },
    status: 0,
  }
}

const outlineAnswer: Answer = ({ dockerfile: { text: data }, planner }) => {
  if (!planner) throw new TypeError('an outline of what was not planned')
  const { from, outline } = planner.outline()
  const { args, secrets, ssh } = outline
  const description = docOf(from.comments, from.name)
  const heads = [
    ...(from.name === '' && description === '' ? [] : [['TARGET:', from.name || '(default)']]),
    ...(description === '' ? [] : [['DESCRIPTION:', description]]),
  ]
  const lists = [
    [['BUILD ARG', 'VALUE', 'DESCRIPTION'], ...args.map((each) => [each.name, each.value, each.description])],
    [['SECRET', 'REQUIRED'], ...secrets.map(({ name, required }) => [name, required ? 'true' : ''])],
    [['SSH', 'REQUIRED'], ...ssh.map(({ name, required }) => [name, required ? 'true' : ''])],
  ].filter((rows) => rows.length > 1)
  const mount = ({ name, required, range }: OutlineMount): object =>
    filled({ name, required, location: location(range) })
  return {
    text: (heads.length > 0 ? `${table(heads, 1)}\n` : '') + lists.map((rows) => `${table(rows, 3)}\n`).join(''),
    json: filled({
      name: from.name,
      description,
      args: args.map(({ name, description: told, value, range }) =>
        filled({ name, description: told, value, location: location(range) }),
      ),
      secrets: secrets.map(mount),
      ssh: ssh.map(mount),
      sources: [encodeBase64(data)],
    }),
    status: 0,
  }
}

interface Request {
  readonly result: Answer
  /** It tells itself what is wrong with the Dockerfile. */
  readonly takesFailures: boolean
}

const LINT: Request = { result: lintAnswer, takesFailures: true }
const REQUESTS: ReadonlyMap<string, Request> = new Map([
  ['lint', LINT],
  ['check', LINT],
  ['targets', { result: targetsAnswer, takesFailures: false }],
  ['outline', { result: outlineAnswer, takesFailures: false }],
])

/** @throws Problem for a request that nobody answers */
export function answerTo(call: string): Request {
  const request = REQUESTS.get(call)
  if (!request) throw new Problem('not implemented', `unsupported request frontend.${call}`)
  return request
}
