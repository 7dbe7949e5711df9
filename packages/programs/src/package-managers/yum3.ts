import type { Sys } from '@drydock/abi'
import { findPackage, plainName, REDHAT } from './catalogue.ts'
import { removeFiles } from './files.ts'
import { type Installed, readInstalled, readOr, RPM, writeInstalled } from './installed.ts'
import { orphansOf, planInstall, type Step } from './resolve.ts'
import {
  carryOut,
  confirmed,
  DOWNLOAD_MS,
  installedLine,
  type Line,
  lineOf,
  nevra,
  RULE,
  type RpmContext,
  size,
  total,
  withoutEpoch,
} from './rpm-transaction.ts'

/** Whether `yum` is the one before dnf: Enterprise Linux up to 7 and Amazon Linux 2. yum(8) */
export async function isYum3(sys: Sys): Promise<boolean> {
  const text = await readOr(sys, '/etc/os-release')
  const id = /^ID="?(\w+)"?$/m.exec(text)?.[1]
  const version = Number(/^VERSION_ID="?([\d.]+)"?$/m.exec(text)?.[1] ?? Number.NaN)
  return id === 'amzn' ? version === 2 : ['centos', 'rhel', 'ol'].includes(id ?? '') && version < 8
}

/** `0:1.14-18`: yum 3 always names the epoch. */
const withEpoch = (version: string): string => (version.includes(':') ? version : `0:${version}`)

const plugins = async ({ io }: RpmContext): Promise<void> =>
  io.print(
    'Loaded plugins: fastestmirror, ovl\nDetermining fastest mirrors\n * base: mirror.centos.org\n * extras: mirror.centos.org\n * updates: mirror.centos.org\n',
  )

const agrees = (context: RpmContext): Promise<boolean> => confirmed(context, 'y/d/N', 'Exiting on user command\n')

async function resolved(
  { io }: RpmContext,
  lines: readonly Line[],
  done: 'installed' | 'erased',
  needed: (name: string) => boolean,
): Promise<void> {
  const state = (line: Line): string => `---> Package ${line.name}.x86_64 ${withEpoch(line.version)} will be ${done}\n`
  const first = lines.filter(({ name }) => !needed(name))
  const rest = lines.filter(({ name }) => needed(name))
  await io.print(`Resolving Dependencies\n--> Running transaction check\n${first.map(state).join('')}`)
  if (rest.length > 0) await io.print(`--> Running transaction check\n${rest.map(state).join('')}`)
  await io.print('--> Finished Dependency Resolution\n\nDependencies Resolved\n\n')
}

async function table(
  { io }: RpmContext,
  groups: readonly (readonly [string, readonly Line[]])[],
  repository: string,
): Promise<void> {
  const all = groups.flatMap(([, lines]) => lines)
  const names = Math.max(18, ...all.map(({ name }) => name.length + 2))
  const versions = Math.max(26, ...all.map(({ version }) => version.length + 2))
  const row = (name: string, arch: string, version: string, from: string, text: string): string =>
    ` ${name.padEnd(names)}${arch.padEnd(10)}${version.padEnd(versions)}${from.padEnd(12)}${text.padStart(Math.max(7, 78 - 22 - names - versions))}\n`
  await io.print(`${RULE}\n${row('Package', 'Arch', 'Version', 'Repository', 'Size')}${RULE}\n`)
  for (const [title, lines] of groups)
    if (lines.length > 0)
      await io.print(
        `${title}:\n${lines.map(({ name, version, kib }) => row(name, 'x86_64', version, repository, size(kib))).join('')}`,
      )
}

const summary = (verb: string, asked: number, extra: number): string =>
  `\nTransaction Summary\n${RULE}\n${verb}  ${asked} Package${asked > 1 ? 's' : ''}${extra > 0 ? ` (+${extra} Dependent package${extra > 1 ? 's' : ''})` : ''}\n\n`

const CHECKS = 'Running transaction check\nRunning transaction test\nTransaction test succeeded\nRunning transaction\n'
const progress = (what: string, name: string, i: number, count: number): string =>
  `  ${what.padEnd(11)}: ${name.padEnd(Math.max(1, 62 - String(i).length - String(count).length))} ${i}/${count} \n`
const ended = (title: string, lines: readonly Line[]): string =>
  lines.length === 0
    ? ''
    : `\n${title}:\n${lines.map(({ name, version }) => `  ${`${name}.x86_64 ${withEpoch(version)}`.padEnd(77)}\n`).join('')}`

async function download({ io, sys }: RpmContext, steps: readonly Step[]): Promise<void> {
  const line = (title: string, kib: number): string =>
    `${title.padEnd(51)} | ${size(kib).padStart(6)}B  00:00:00     \n`
  await io.print('Downloading packages:\n')
  for (const [i, { row }] of steps.entries()) {
    await sys.sleep(DOWNLOAD_MS)
    const count = steps.length > 1 ? `(${i + 1}/${steps.length}): ` : ''
    await io.print(line(`${count}${nevra(row.name, withoutEpoch(row.version))}.rpm`.slice(0, 51), row.downloadKib))
  }
  if (steps.length > 1)
    await io.print(
      `${'-'.repeat(80)}\n${line(
        'Total',
        total(steps, ({ downloadKib }) => downloadKib),
      )}`,
    )
}

async function install(context: RpmContext): Promise<number> {
  const { sys, io, operands } = context
  await plugins(context)
  const names = operands.slice(1)
  const installed = await readInstalled(sys, RPM)
  const rows = names.flatMap((name) => findPackage(REDHAT, name) ?? [])
  for (const name of names) if (!findPackage(REDHAT, name)) await io.print(`No package ${name} available.\n`)
  for (const { name } of rows) {
    const old = installed.find((each) => each.name === name)
    if (old) await io.print(`Package ${nevra(name, old.version)} already installed and latest version\n`)
  }
  const steps = planInstall(REDHAT, rows, installed)
  if (steps.length === 0) {
    await (rows.length === 0 ? io.warn('Error: Nothing to do\n') : io.print('Nothing to do\n'))
    return rows.length === 0 ? 1 : 0
  }
  return runInstall(context, steps, installed)
}

async function runInstall(context: RpmContext, steps: readonly Step[], installed: Installed[]): Promise<number> {
  const { io } = context
  const asked = steps.filter(({ automatic }) => !automatic).map(lineOf)
  const extra = steps.filter(({ automatic }) => automatic).map(lineOf)
  await resolved(context, steps.map(lineOf), 'installed', (name) => extra.some((each) => each.name === name))
  await table(
    context,
    [
      ['Installing', asked],
      ['Installing for dependencies', extra],
    ],
    'base',
  )
  await io.print(
    `${summary('Install', asked.length, extra.length)}Total download size: ${size(total(steps, (row) => row.downloadKib))}\nInstalled size: ${size(total(steps, (row) => row.sizeKib))}\n`,
  )
  if (!(await agrees(context))) return 1
  await download(context, steps)
  await io.print(CHECKS)
  await carryOut(context, steps, installed, progress)
  await io.print(`${ended('Installed', asked)}${ended('Dependency Installed', extra)}\nComplete!\n`)
  return 0
}

async function remove(context: RpmContext): Promise<number> {
  const { sys, io, operands } = context
  await io.print('Loaded plugins: fastestmirror, ovl\n')
  const installed = await readInstalled(sys, RPM)
  const names = operands.slice(1).map((name) => findPackage(REDHAT, name)?.name ?? plainName(name))
  const asked = installed.filter(({ name }) => names.includes(name))
  for (const name of names)
    if (!asked.some((each) => each.name === name)) await io.print(`No Match for argument: ${name}\n`)
  if (asked.length === 0) {
    await io.print('No Packages marked for removal\n')
    return 0
  }
  const unused =
    context.operands[0] === 'autoremove' ? orphansOf(installed.filter((each) => !asked.includes(each))) : []
  const gone = [...asked, ...unused]
  await resolved(context, gone.map(installedLine), 'erased', () => false)
  await table(context, [['Removing', gone.map(installedLine)]], '@base')
  const freed = gone.reduce((sum, each) => sum + installedLine(each).kib, 0)
  await io.print(`${summary('Remove', gone.length, 0)}Installed size: ${size(freed)}\n`)
  if (!(await agrees(context))) return 1
  await io.print(`Downloading packages:\n${CHECKS}`)
  for (const [i, { name, version, files }] of gone.entries()) {
    await io.print(progress('Erasing', nevra(name, version), i + 1, gone.length))
    await removeFiles(sys, files)
  }
  for (const [i, { name, version }] of gone.entries())
    await io.print(progress('Verifying', nevra(name, version), i + 1, gone.length))
  const left = installed.filter((each) => !gone.includes(each))
  await writeInstalled(sys, RPM, left)
  await io.print(`${ended('Removed', gone.map(installedLine))}\nComplete!\n`)
  return 0
}

async function update(context: RpmContext): Promise<number> {
  await plugins(context)
  await context.io.print('No packages marked for update\n')
  return 0
}

async function clean({ io }: RpmContext): Promise<number> {
  await io.print(
    'Loaded plugins: fastestmirror, ovl\nCleaning repos: base extras updates\nCleaning up list of fastest mirrors\n',
  )
  return 0
}

/** Commands that yum 3 words in its own way; the others are dnf's. */
export const YUM3: ReadonlyMap<string, (context: RpmContext) => Promise<number>> = new Map([
  ['install', install],
  ['remove', remove],
  ['erase', remove],
  ['update', update],
  ['upgrade', update],
  ['clean', clean],
])
