import { atMost, bool, CliError, defineCommand, humanSize, string } from '@drydock/cli-plugin'
import { look, type Looked } from './look.ts'
import type { Package } from './packages.ts'
import { allOf, counts } from './report.ts'
import { isBelow } from './versions.ts'

/** What became of packages from one image to the other. */
export interface Difference {
  readonly added: readonly Package[]
  readonly removed: readonly Package[]
  readonly changed: readonly { readonly from: Package; readonly to: Package }[]
  readonly unchanged: number
}

const keyOf = ({ ecosystem, name }: Package): string => `${ecosystem}/${name}`

export function differenceOf(now: readonly Package[], before: readonly Package[]): Difference {
  const [had, has] = [
    new Map(before.map((each) => [keyOf(each), each])),
    new Map(now.map((each) => [keyOf(each), each])),
  ]
  const both = [...has].flatMap(([key, to]) => {
    const from = had.get(key)
    return from ? [{ from, to }] : []
  })
  const changed = both.filter(({ from, to }) => from.version !== to.version)
  return {
    added: [...has].flatMap(([key, each]) => (had.has(key) ? [] : [each])),
    removed: [...had].flatMap(([key, each]) => (has.has(key) ? [] : [each])),
    changed,
    unchanged: both.length - changed.length,
  }
}

const NUMBERS = 5
const line = (sign: string, number: number, what: string): string =>
  `  ${sign}${String(number).padStart(NUMBERS)} packages ${what}\n`

function differenceText({ added, removed, changed, unchanged }: Difference): string {
  const up = changed.filter(({ from, to }) => isBelow(from.version, to.version)).length
  const lines = [
    ...(added.length > 0 ? [line('+', added.length, 'added')] : []),
    ...(removed.length > 0 ? [line('-', removed.length, 'removed')] : []),
    ...(changed.length > 0
      ? [line('⎌', changed.length, `changed (↑ ${up} upgraded, ↓ ${changed.length - up} downgraded)`)]
      : []),
    line(' ', unchanged, 'unchanged'),
  ]
  const each = [
    ...added.map(({ ecosystem, name, version }) => `    +  ${ecosystem}  ${name}  ${version}\n`),
    ...removed.map(({ ecosystem, name, version }) => `    -  ${ecosystem}  ${name}  ${version}\n`),
    ...changed.map(({ from, to }) => `    ⎌  ${to.ecosystem}  ${to.name}  ${from.version} → ${to.version}\n`),
  ]
  return `${lines.join('')}${each.length === 0 ? '' : `\n${each.join('')}`}`
}

const WIDTH = 42

function overview(now: Looked, before: Looked): string {
  const rows: readonly (readonly [string, (of: Looked) => string])[] = [
    ['Target', ({ name }) => name],
    ['  digest', ({ id }) => id],
    ['  platform', ({ platform }) => platform],
    ['  vulnerabilities', ({ findings }) => counts(allOf(findings))],
    ['  size', ({ size }) => humanSize(size)],
    ['  packages', ({ packages }) => String(packages.length)],
  ]
  const text = (left: string, a: string, b: string): string =>
    `  ${left.padEnd(17)} │  ${a.padEnd(WIDTH)} │  ${b}`.trimEnd() + '\n'
  const rule = `  ${'─'.repeat(18)}┼${'─'.repeat(WIDTH + 3)}┼${'─'.repeat(WIDTH)}\n`
  return `\n## Overview\n\n${text('', 'Analyzed Image', 'Comparison Image')}${rule}${rows.map(([left, of]) => text(left, of(now), of(before))).join('')}\n`
}

export const compare = defineCommand({
  name: 'compare',
  aliases: ['diff'],
  use: 'compare --to IMAGE|DIRECTORY|ARCHIVE [IMAGE|DIRECTORY|ARCHIVE]',
  short: 'Compare two images and display differences (experimental)',
  args: atMost(1),
  lacks: 'comparison with environments, streams and what was last indexed',
  flags: {
    'exit-code': bool(
      'x',
      'Return a non zero exit code (2) if there are vulnerabilities that the comparison image has not',
    ),
    'ignore-unchanged': bool('', 'Filter out unchanged packages'),
    platform: string('', 'Platform of image to analyze'),
    to: string('', 'Image, directory, or archive to compare to'),
  },
  async run({ cli, args, flags }) {
    if (flags.to === '') throw new CliError('ERROR Status: no comparison image given: use --to IMAGE, Code: 1')
    const [now, before] = [await look(cli, args[0] ?? '', flags.platform), await look(cli, flags.to, flags.platform)]
    await cli.print(overview(now, before))
    await cli.print(
      `\n## Packages and Vulnerabilities\n\n${differenceText(differenceOf(now.packages, before.packages))}\n`,
    )
    const known = new Set(allOf(before.findings).map(({ id, name }) => id + name))
    const worse = allOf(now.findings).some(({ id, name }) => !known.has(id + name))
    return flags['exit-code'] && worse ? 2 : 0
  },
})
