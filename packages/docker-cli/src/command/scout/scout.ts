import { atMost, type Cli, CliError, defineCommand, humanSize, list, noArgs, noun, string } from '@drydock/cli-plugin'
import { type Package, packagesOf } from './packages.ts'
import { allOf, count, counts, type Finding, findingsIn, SEVERITIES } from './report.ts'

interface Looked {
  readonly name: string
  readonly id: string
  readonly size: number
  readonly platform: string
  readonly packages: readonly Package[]
  readonly findings: readonly Finding[]
}

/** @param given empty: the image that was made last */
async function look(cli: Cli, given: string): Promise<Looked> {
  const name = given.replace(/^(image|local):\/\//, '') || (await newest(cli))
  const image = await cli.client.images.inspect(name)
  await cli.warn('    ✓ Image stored for indexing\n')
  const packages = await packagesOf(cli, name)
  await cli.warn(`    ✓ Indexed ${packages.length} packages\n`)
  const findings = findingsIn(packages)
  return {
    name,
    id: image.Id.slice(7, 19),
    size: image.Size,
    platform: `${image.Os}/${image.Architecture}`,
    packages,
    findings,
  }
}

async function newest(cli: Cli): Promise<string> {
  const [first] = (await cli.client.images.list()).toSorted((a, b) => b.Created - a.Created)
  const name = first?.RepoTags?.[0]
  if (name === undefined) throw new CliError('ERROR Status: no image given and none found, Code: 1')
  return name
}

const row = (left: string, right: string, width: number): string => `  ${left.padEnd(width)} │  ${right}\n`

const quickview = defineCommand({
  name: 'quickview',
  aliases: ['qv'],
  use: 'quickview [IMAGE|DIRECTORY|ARCHIVE]',
  short: 'Quick overview of an image',
  args: atMost(1),
  flags: { platform: string('', 'Platform of image to analyze') },
  async run({ cli, args }) {
    const { name, id, findings } = await look(cli, args[0] ?? '')
    await cli.print(
      `\n${row('Target', `${name}  │ ${counts(allOf(findings))}`, 9)}${row('  digest', `${id.padEnd(name.length)}  │`, 9)}\n`,
    )
    await cli.warn(
      `What's next:\n    View vulnerabilities → docker scout cves ${name}\n    View base image update recommendations → docker scout recommendations ${name}\n`,
    )
  },
})

const cves = defineCommand({
  name: 'cves',
  use: 'cves [OPTIONS] [IMAGE|DIRECTORY|ARCHIVE]',
  short: 'Display CVEs identified in a software artifact',
  args: atMost(1),
  flags: {
    'only-severity': list(
      '',
      'Comma separated list of severities (critical, high, medium, low, unspecified) to filter CVEs by',
    ),
    platform: string('', 'Platform of image to analyze'),
  },
  async run({ cli, args, flags }) {
    const looked = await look(cli, args[0] ?? '')
    const wanted = flags['only-severity'].flatMap((each) => each.toLowerCase().split(','))
    const findings = looked.findings
      .map((each) => ({
        ...each,
        advisories: each.advisories.filter(({ severity }) => wanted.length === 0 || wanted.includes(severity)),
      }))
      .filter(({ advisories }) => advisories.length > 0)
    const all = allOf(findings)
    const vulnerabilities = `${all.length} ${all.length === 1 ? 'vulnerability' : 'vulnerabilities'}`
    if (all.length === 0) await cli.warn('    ✓ No vulnerable package detected\n')
    else
      await cli.warn(
        `    ✗ Detected ${findings.length} vulnerable ${findings.length === 1 ? 'package' : 'packages'} with a total of ${vulnerabilities}\n`,
      )
    await cli.print(overview(looked, findings))
    if (all.length === 0) return cli.print('\n## Packages and Vulnerabilities\n\n  No vulnerable packages detected\n\n')
    await cli.print(`\n## Packages and Vulnerabilities\n\n${findings.map((each) => detail(each, looked)).join('\n')}\n`)
    await cli.print(
      `\n${vulnerabilities} found in ${findings.length} ${findings.length === 1 ? 'package' : 'packages'}\n${summary(all)}\n`,
    )
  },
})

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

function detail({ package: { ecosystem, name, version }, advisories }: Finding, { platform }: Looked): string {
  const head = `${counts(advisories)}  ${name} ${version}\npkg:${ecosystem}/${name}@${version}${ecosystem === 'npm' ? '' : `?arch=${platform.split('/')[1] ?? ''}`}\n`
  const each = advisories.map(
    ({ id, severity, fixed }) =>
      `\n    ✗ ${severity.toUpperCase()} ${id}\n      https://scout.docker.com/v/${id}\n      Affected range : <${fixed}\n      Fixed version  : ${fixed}\n`,
  )
  return head + each.join('')
}

const summary = (all: Parameters<typeof count>[0]): string =>
  [...SEVERITIES]
    .toReversed()
    .map((severity) => `  ${severity.toUpperCase().padEnd(9)} ${count(all)[severity]}\n`)
    .join('')

const recommendations = defineCommand({
  name: 'recommendations',
  use: 'recommendations [IMAGE|DIRECTORY|ARCHIVE]',
  short: 'Display available base image updates and remediation recommendations',
  args: atMost(1),
  flags: { platform: string('', 'Platform of image to analyze') },
  async run({ cli, args }) {
    const { name, findings } = await look(cli, args[0] ?? '')
    await cli.print(`\n  Target   │  ${name}\n\n`)
    if (findings.length === 0) return cli.print('  ✓ No known weakness: there is nothing to update.\n')
    await cli.print('  Packages to update\n\n')
    for (const { package: found, advisories } of findings)
      await cli.print(
        `    ${found.name} ${found.version} → ${advisories.map(({ fixed }) => fixed).at(-1) ?? ''}  ${counts(advisories)}\n`,
      )
  },
})

const version = defineCommand({
  name: 'version',
  use: 'version',
  short: 'Show Docker Scout version information',
  args: noArgs,
  flags: {},
  run: ({ cli }) => cli.print('\nversion: v1.18.3 (go1.24.4 - linux/amd64)\n'),
})

export const scout = noun({
  name: 'scout',
  short: 'Command line tool for Docker Scout',
  group: 'management',
  hidden: true,
  lacks: 'all but a small bundled list of advisories; base images, policies, directories and archives',
  children: [cves, quickview, recommendations, version],
})
