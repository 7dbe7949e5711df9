import { atMost, defineCommand, noArgs, noun, string } from '@drydock/cli-plugin'
import { baseOf } from './base.ts'
import { compare } from './compare.ts'
import { cves, row } from './cves.ts'
import { look, lookQuietly } from './look.ts'
import { allOf, counts } from './report.ts'

const quickview = defineCommand({
  name: 'quickview',
  aliases: ['qv'],
  use: 'quickview [IMAGE|DIRECTORY|ARCHIVE]',
  short: 'Quick overview of an image',
  args: atMost(1),
  flags: { platform: string('', 'Platform of image to analyze') },
  async run({ cli, args, flags }) {
    const looked = await look(cli, args[0] ?? '', flags.platform)
    const { name, id, findings } = looked
    const base = await baseOf(cli, looked)
    const below = base === undefined ? undefined : await lookQuietly(cli, base)
    const wide = Math.max(name.length, base?.length ?? 0)
    await cli.print(
      `\n${row('Target', `${name.padEnd(wide)}  │ ${counts(allOf(findings))}`, 10)}${row('  digest', `${id.padEnd(wide)}  │`, 10)}${below ? row('Base image', `${below.name.padEnd(wide)}  │ ${counts(allOf(below.findings))}`, 10) : ''}\n`,
    )
    await cli.warn(
      `What's next:\n    View vulnerabilities → docker scout cves ${name}\n    View base image update recommendations → docker scout recommendations ${name}\n`,
    )
  },
})

const recommendations = defineCommand({
  name: 'recommendations',
  use: 'recommendations [IMAGE|DIRECTORY|ARCHIVE]',
  short: 'Display available base image updates and remediation recommendations',
  args: atMost(1),
  flags: { platform: string('', 'Platform of image to analyze') },
  async run({ cli, args, flags }) {
    const looked = await look(cli, args[0] ?? '', flags.platform)
    const { name, findings } = looked
    const base = await baseOf(cli, looked)
    await cli.print(`\n  Target   │  ${name}\n\n`)
    if (base !== undefined) await cli.print(`  Base image is  ${base}\n\n`)
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
  lacks:
    'all but a small bundled list of advisories; base images that are not here; policies, environments, organizations',
  children: [compare, cves, quickview, recommendations, version],
})
