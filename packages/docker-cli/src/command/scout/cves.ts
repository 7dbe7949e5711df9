import { writeFile } from '@drydock/libc'
import { atMost, bool, type Cli, CliError, defineCommand, humanSize, list, string, tabulate } from '@drydock/cli-plugin'
import { absolute } from '../container/volume-flags.ts'
import type { Advisory } from './advisories.ts'
import { look, type Looked } from './look.ts'
import { allOf, count, counts, type Finding, SEVERITIES } from './report.ts'
import { sarif } from './sarif.ts'

/** How scripts are told that something was found. */
const FOUND = 2

interface Wanted {
  readonly 'only-severity': readonly string[]
  readonly 'only-cve-id': readonly string[]
  readonly 'only-package': readonly string[]
  readonly 'only-package-type': readonly string[]
  readonly 'only-unfixed': boolean
}

const words = (given: readonly string[]): readonly string[] => given.flatMap((each) => each.toLowerCase().split(','))

/** Everything here has been mended in some version: nothing is unfixed. */
function filtered(findings: readonly Finding[], wanted: Wanted): readonly Finding[] {
  if (wanted['only-unfixed']) return []
  const [severities, ids, types] = [
    words(wanted['only-severity']),
    words(wanted['only-cve-id']),
    words(wanted['only-package-type']),
  ]
  const fits = ({ severity, id }: Advisory): boolean =>
    (severities.length === 0 || severities.includes(severity)) && (ids.length === 0 || ids.includes(id.toLowerCase()))
  const names = wanted['only-package'].flatMap((each) => each.split(',')).map((each) => new RegExp(each))
  return findings
    .filter(
      ({ package: { name, ecosystem } }) =>
        (names.length === 0 || names.some((each) => each.test(name))) &&
        (types.length === 0 || types.includes(ecosystem)),
    )
    .map((each) => ({ ...each, advisories: each.advisories.filter(fits) }))
    .filter(({ advisories }) => advisories.length > 0)
}

type Format = (looked: Looked, findings: readonly Finding[]) => string

const FORMATS: Readonly<Record<string, Format>> = {
  packages: (looked, findings) => overview(looked, findings) + listed(looked, findings),
  'only-packages': (looked) => packageTable(looked),
  sarif,
}

export const cves = defineCommand({
  name: 'cves',
  use: 'cves [OPTIONS] [IMAGE|DIRECTORY|ARCHIVE]',
  short: 'Display CVEs identified in a software artifact',
  args: atMost(1),
  lacks: '--format markdown, gitlab, spdx and sbom; what comes of base images',
  flags: {
    'exit-code': bool('e', "Return exit code '2' if vulnerabilities are detected"),
    format: string(
      '',
      'Output format of the generated vulnerability report:\n- packages: default output, plain text with vulnerabilities grouped by packages\n- sarif: json Sarif output\n- only-packages: only packages',
      'packages',
    ),
    'only-cve-id': list('', 'Comma separated list of CVE ids (like CVE-2021-45105) to search for'),
    'only-fixed': bool('', 'Filter to fixable CVEs'),
    'only-package': list('', 'Comma separated regular expressions to filter packages by'),
    'only-package-type': list('', 'Comma separated list of package types (like apk, deb, rpm, npm, pypi, golang, etc)'),
    'only-severity': list(
      '',
      'Comma separated list of severities (critical, high, medium, low, unspecified) to filter CVEs by',
    ),
    'only-unfixed': bool('', 'Filter to unfixed CVEs'),
    'only-vuln-packages': bool('', 'When used with --format=only-packages ignore packages with no vulnerabilities'),
    output: string('o', 'Write the report to a file'),
    platform: string('', 'Platform of image to analyze'),
  },
  async run({ cli, args, flags }) {
    const format = FORMATS[flags.format]
    if (!format) throw new CliError(`ERROR Status: unsupported output format: ${flags.format}, Code: 1`)
    const looked = await look(cli, args[0] ?? '', flags.platform)
    const findings = filtered(looked.findings, flags)
    await tell(cli, findings)
    const shown = flags['only-vuln-packages'] ? { ...looked, packages: findings.map((each) => each.package) } : looked
    const text = format(shown, findings)
    if (flags.output === '') await cli.print(text)
    else {
      await writeFile(cli.sys, absolute(flags.output, cli.sys.getcwd()), text)
      await cli.warn(`    ✓ Report written to ${flags.output}\n`)
    }
    return flags['exit-code'] && findings.length > 0 ? FOUND : 0
  },
})

const plural = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`
const weaknesses = (number: number): string => plural(number, 'vulnerability', 'vulnerabilities')

async function tell(cli: Cli, findings: readonly Finding[]): Promise<void> {
  const all = allOf(findings)
  if (all.length === 0) return cli.warn('    ✓ No vulnerable package detected\n')
  await cli.warn(
    `    ✗ Detected ${plural(findings.length, 'vulnerable package', 'vulnerable packages')} with a total of ${weaknesses(all.length)}\n`,
  )
}

export const row = (left: string, right: string, width: number): string => `  ${left.padEnd(width)} │  ${right}\n`

function overview({ name, id, platform, size, packages }: Looked, findings: readonly Finding[]): string {
  const rows: readonly (readonly [string, string])[] = [
    ['Target', name],
    ['  digest', id],
    ['  platform', platform],
    ['  vulnerabilities', counts(allOf(findings))],
    ['  size', humanSize(size)],
    ['  packages', String(packages.length)],
  ]
  const line = `${'─'.repeat(20)}┼${'─'.repeat(40)}\n`
  return `\n## Overview\n\n${' '.repeat(20)}│           Analyzed Image\n${line}${rows.map(([left, right]) => row(left, right, 17)).join('')}\n`
}

function listed(looked: Looked, findings: readonly Finding[]): string {
  const all = allOf(findings)
  if (all.length === 0) return '\n## Packages and Vulnerabilities\n\n  No vulnerable packages detected\n\n'
  const found = `${weaknesses(all.length)} found in ${plural(findings.length, 'package', 'packages')}`
  return `\n## Packages and Vulnerabilities\n\n${findings.map((each) => detail(each, looked)).join('\n')}\n\n${found}\n${summary(all)}\n`
}

function packageTable({ packages, findings }: Looked): string {
  const against = (name: string, version: string): string =>
    counts(findings.find((each) => each.package.name === name && each.package.version === version)?.advisories ?? [])
  const rows = packages.map(
    ({ name, version, ecosystem }) => `${name}\t${version}\t${ecosystem}\t${against(name, version)}\n`,
  )
  return `\n${tabulate(`Name\tVersion\tType\tVulnerabilities\n${rows.join('')}`)}\n`
}

/** https://github.com/package-url/purl-spec */
export const purlOf = ({ ecosystem, name, version }: Finding['package'], platform: string): string =>
  `pkg:${ecosystem}/${name}@${version}${ecosystem === 'npm' ? '' : `?arch=${platform.split('/')[1] ?? ''}`}`

function detail({ package: found, advisories }: Finding, { platform }: Looked): string {
  const head = `${counts(advisories)}  ${found.name} ${found.version}\n${purlOf(found, platform)}\n`
  const each = advisories.map(
    ({ id, severity, fixed }) =>
      `\n    ✗ ${severity.toUpperCase()} ${id}\n      https://scout.docker.com/v/${id}\n      Affected range : <${fixed}\n      Fixed version  : ${fixed}\n`,
  )
  return head + each.join('')
}

const summary = (all: readonly Advisory[]): string =>
  [...SEVERITIES]
    .toReversed()
    .map((severity) => `  ${severity.toUpperCase().padEnd(9)} ${count(all)[severity]}\n`)
    .join('')
