import type { Counts, Ended, Failure, TestEvent } from './test-events.ts'

/** Turns what happens into text; `end` comes last. */
export interface Reporter {
  hear(event: TestEvent): string
  end(counts: Counts, ms: number): string
}

const rowsOf = (counts: Counts, ms: number): [name: string, value: number][] => [
  ...Object.entries(counts as unknown as Record<string, number>),
  ['duration_ms', ms],
]
const indented = (text: string, by: string): string =>
  text
    .split('\n')
    .map((line) => by + line)
    .join('\n')

// TAP ----------------------------------------------------------------------------------------------------------------

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('#', '\\#').replaceAll('\n', '\\n')

/** A row of YAML, with more lines where the value has them. */
function yaml(name: string, value: string | number | undefined | null, pad: string): string {
  if (value === undefined) return ''
  if (value === null) return `${pad}${name}: ~\n`
  if (typeof value === 'number') return `${pad}${name}: ${value}\n`
  if (!value.includes('\n')) return `${pad}${name}: '${value.replaceAll("'", "\\'")}'\n`
  return `${pad}${name}: |-\n${indented(value, `${pad}  `)}\n`
}

/** What was expected comes as YAML already. */
const given = (name: string, value: string | undefined, pad: string): string =>
  value === undefined
    ? ''
    : `${pad}${name}:${value.startsWith('\n') ? indented(value, pad).replace(pad, '') : ` ${value}`}\n`

function failureRows(
  { kind, message, code, name, expected, actual, operator, frames, exitCode, signal }: Failure,
  pad: string,
): string {
  return [
    yaml('failureType', kind, pad),
    yaml('exitCode', exitCode, pad),
    exitCode === undefined ? '' : yaml('signal', signal ?? null, pad),
    yaml('error', message, pad),
    yaml('code', code, pad),
    yaml('name', name, pad),
    given('expected', expected, pad),
    given('actual', actual, pad),
    yaml('operator', operator, pad),
    frames.length > 0 ? `${pad}stack: |-\n${frames.map((frame) => `${pad}  ${frame}\n`).join('')}` : '',
  ].join('')
}

/** Test Anything Protocol 13, as node writes it. */
export function tap(): Reporter {
  let begun = ''
  const head = (): string => {
    const text = begun === '' ? 'TAP version 13\n' : ''
    begun = text || begun
    return text
  }
  const line = (event: TestEvent): string => {
    if (event.type === 'output')
      return event.text
        .replace(/\n$/, '')
        .split('\n')
        .map((text) => `# ${escaped(text)}\n`)
        .join('')
    const pad = '    '.repeat(event.nesting)
    if (event.type === 'start') return `${pad}# Subtest: ${escaped(event.name)}\n`
    if (event.type === 'plan') return `${pad}1..${event.count}\n`
    if (event.type === 'diagnostic') return `${pad}# ${escaped(event.text)}\n`
    const { passed, number, name, skip, todo, ms, isSuite, failure, place } = event
    const why = directive('SKIP', skip) + directive('TODO', todo)
    const details = failure ? `${yaml('location', place, `${pad}  `)}${failureRows(failure, `${pad}  `)}` : ''
    const kind = isSuite ? `${pad}  type: 'suite'\n` : ''
    return `${pad}${passed ? 'ok' : 'not ok'} ${number} - ${escaped(name)}${why}\n${pad}  ---\n${pad}  duration_ms: ${shownMs(ms)}\n${kind}${details}${pad}  ...\n`
  }
  return {
    hear: (event) => head() + line(event),
    end: (counts, ms) =>
      head() +
      rowsOf(counts, ms)
        .map(([name, value]) => `# ${name} ${value}\n`)
        .join(''),
  }
}

const directive = (word: string, why: string | true | undefined): string =>
  why === undefined ? '' : ` # ${word}${why === true ? '' : ` ${why}`}`
const shownMs = (ms: number): string => (ms === 0 ? '0' : ms.toFixed(6).replace(/\.?0+$/, ''))

// spec ---------------------------------------------------------------------------------------------------------------

const COLOURS = { green: '32', red: '31', grey: '90', blue: '34', white: '39' } as const

/** A tree with marks. */
export function spec(colourful: boolean, cwd: string): Reporter {
  const paint = (colour: keyof typeof COLOURS, text: string): string =>
    colourful ? `\x1b[${COLOURS[colour]}m${text}\x1b[39m` : text
  /** Begun, and nothing in them has ended yet. */
  const waiting: { name: string; nesting: number }[] = []
  const failed: Ended[] = []

  function ended(event: Ended): string {
    const { nesting, name, passed, skip, todo, ms, failure } = event
    const pad = '  '.repeat(nesting)
    const at = waiting.findIndex((each) => each.nesting === nesting && each.name === name)
    const opened = waiting.splice(0, at < 0 ? waiting.length : at)
    waiting.splice(0)
    const above = opened.map((each) => `${'  '.repeat(each.nesting)}▶ ${each.name}\n`).join('')
    const why =
      skip !== undefined
        ? directive('', skip === true ? 'SKIP' : skip)
        : todo !== undefined
          ? directive('', todo === true ? 'TODO' : todo)
          : ''
    const mark =
      skip !== undefined
        ? paint('grey', `${pad}﹣ ${name}`)
        : passed
          ? paint('green', `${pad}✔ ${name}`)
          : paint('red', `${pad}✖ ${name}`)
    const error = failure && failure.shown !== '' ? `${indented(failure.shown, `${pad}  `)}\n\n` : ''
    if (!passed && todo === undefined) failed.push(event)
    return `${above}${mark} ${paint('grey', `(${shownMs(ms)}ms)`)}${why.replace('#  ', '# ')}\n${error}`
  }
  const again = ({ name, place, ms, failure }: Ended): string =>
    `\ntest at ${place?.replace(`${cwd}/`, '') ?? ''}\n${paint('red', `✖ ${name}`)} ${paint('grey', `(${shownMs(ms)}ms)`)}\n${indented(failure?.shown ?? '', '  ')}\n`

  return {
    hear(event) {
      if (event.type === 'start') return (waiting.push(event), '')
      if (event.type === 'end') return ended(event)
      if (event.type === 'diagnostic') return `${'  '.repeat(event.nesting)}${paint('blue', `ℹ ${event.text}`)}\n`
      return event.type === 'output' ? event.text : ''
    },
    end(counts, ms) {
      const rows = rowsOf(counts, ms).map(([name, value]) => `${paint('blue', `ℹ ${name} ${value}`)}\n`)
      const shown = failed.filter(({ failure }) => failure && failure.shown !== '')
      const failures = shown.length > 0 ? `\n${paint('red', '✖ failing tests:')}\n${shown.map(again).join('')}` : ''
      return rows.join('') + failures
    },
  }
}

// dot and JUnit ------------------------------------------------------------------------------------------------------

/** A sign for each test, twenty in a line. */
export function dot(): Reporter {
  let column = 0
  return {
    hear(event) {
      if (event.type !== 'end') return ''
      const sign = event.passed || event.todo !== undefined ? '.' : 'X'
      return ++column % 20 === 0 ? `${sign}\n` : sign
    },
    end: () => '\n',
  }
}

const xml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')

/** JUnit's XML. */
export function junit(): Reporter {
  const levels: string[][] = [[]]
  const into = (nesting: number): string[] => (levels[nesting] ??= [])
  function row({ nesting, name, ms, skip, todo, failure, isSuite }: Ended): void {
    const pad = '\t'.repeat(nesting + 1)
    const below = into(nesting + 1).splice(0)
    const time = `time="${(ms / 1000).toFixed(6)}"`
    const inside = [
      ...below,
      ...(skip === undefined ? [] : [`${pad}\t<skipped type="skipped" message="${xml(String(skip))}"/>\n`]),
      ...(todo === undefined ? [] : [`${pad}\t<skipped type="todo" message="${xml(String(todo))}"/>\n`]),
      ...(failure
        ? [
            `${pad}\t<failure type="${failure.kind}" message="${xml(failure.message)}">\n${xml(failure.shown)}\n${pad}\t</failure>\n`,
          ]
        : []),
    ]
    const [tag, more] =
      isSuite || below.length > 0
        ? ['testsuite', ` ${time}`]
        : ['testcase', ` ${time} classname="test"${failure ? ` failure="${xml(failure.message)}"` : ''}`]
    const open = `${pad}<${tag} name="${xml(name)}"${more}`
    into(nesting).push(inside.length > 0 ? `${open}>\n${inside.join('')}${pad}</${tag}>\n` : `${open}/>\n`)
  }
  return {
    hear(event) {
      if (event.type === 'end') row(event)
      return ''
    },
    end: (counts, ms) =>
      `<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n${into(0).join('')}${rowsOf(counts, ms)
        .map(([name, value]) => `\t<!-- ${name} ${value} -->\n`)
        .join('')}</testsuites>\n`,
  }
}
