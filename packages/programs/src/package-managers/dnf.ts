import { defineProgram } from '@drydock/libc'
import { findPackage, plainName, REDHAT } from './catalogue.ts'
import { removeFiles } from './files.ts'
import { type Installed, readInstalled, RPM, writeInstalled } from './installed.ts'
import { orphansOf, planInstall, type Step } from './resolve.ts'
import {
  carryOut,
  confirmed,
  DOWNLOAD_MS,
  installedLine,
  type Line,
  lineOf,
  nevra,
  options,
  RULE,
  type RpmContext as Context,
  size,
  total,
  withoutEpoch,
} from './rpm-transaction.ts'
import { isYum3, YUM3 } from './yum3.ts'

const agrees = (context: Context): Promise<boolean> => confirmed(context, 'y/N', 'Operation aborted.\n')

async function table(
  { io }: Context,
  groups: readonly (readonly [string, readonly Line[]])[],
  repository: string,
): Promise<void> {
  const lines = groups.flatMap(([, each]) => each)
  const names = Math.max(17, ...lines.map(({ name }) => name.length + 2))
  const versions = Math.max(20, ...lines.map(({ version }) => version.length + 2))
  const row = (name: string, arch: string, version: string, from: string, text: string): string =>
    ` ${name.padEnd(names)}${arch.padEnd(12)}${version.padEnd(versions)}${from.padEnd(14)}${text.padStart(Math.max(8, 79 - 27 - names - versions))}\n`
  await io.print(`Dependencies resolved.\n${RULE}\n${row('Package', 'Arch', 'Version', 'Repository', 'Size')}${RULE}\n`)
  for (const [title, each] of groups)
    if (each.length)
      await io.print(
        `${title}:\n${each.map(({ name, version, kib }) => row(name, 'x86_64', version, repository, size(kib))).join('')}`,
      )
  await io.print('\n')
}

const summary = (verb: string, count: number): string =>
  `Transaction Summary\n${RULE}\n${verb}  ${count} Package${count > 1 ? 's' : ''}\n\n`

async function checkTransaction({ io }: Context): Promise<void> {
  await io.print(
    'Running transaction check\nTransaction check succeeded.\nRunning transaction test\nTransaction test succeeded.\nRunning transaction\n',
  )
  await io.print(`  Preparing        :${' '.repeat(56)}1/1 \n`)
}
const progress = (what: string, name: string, i: number, count: number): string =>
  `  ${what.padEnd(17)}: ${name.padEnd(Math.max(1, 57 - String(i).length - String(count).length))} ${i}/${count} \n`

async function download({ io, sys }: Context, steps: readonly Step[]): Promise<void> {
  await io.print('Downloading Packages:\n')
  const line = (title: string, kib: number): string =>
    `${title.padEnd(47)} ${`${(kib / 100).toFixed(1)} MB/s`.padStart(9)} | ${size(kib).padStart(6)}B     00:00    \n`
  for (const [i, { row }] of steps.entries()) {
    await sys.sleep(DOWNLOAD_MS)
    const count = steps.length > 1 ? `(${i + 1}/${steps.length}): ` : ''
    await io.print(line(`${count}${nevra(row.name, withoutEpoch(row.version))}.rpm`.slice(0, 47), row.downloadKib))
  }
  await io.print(
    `${'-'.repeat(80)}\n${line(
      'Total',
      total(steps, ({ downloadKib }) => downloadKib),
    )}`,
  )
}
async function runInstall(context: Context, steps: readonly Step[], installed: Installed[]): Promise<void> {
  const { io } = context
  await checkTransaction(context)
  await carryOut(context, steps, installed, progress)
  await io.print(`\nInstalled:\n${steps.map(({ row }) => `  ${nevra(row.name, row.version)}\n`).join('')}\nComplete!\n`)
}

const nothingToDo = async ({ io }: Context): Promise<number> => {
  await io.print('Dependencies resolved.\nNothing to do.\nComplete!\n')
  return 0
}

async function metadata({ io, sys }: Context): Promise<void> {
  const now = new Date(sys.clock.now()).toUTCString().replace(',', '').replace('GMT', 'UTC')
  await io.print(`Last metadata expiration check: 0:00:01 ago on ${now}.\n`)
}

async function install(context: Context): Promise<number> {
  const { sys, io, operands } = context
  const names = operands.slice(1)
  await metadata(context)
  const installed = await readInstalled(sys, RPM)
  const unknown = names.filter((name) => !findPackage(REDHAT, name))
  for (const name of unknown) await io.print(`No match for argument: ${name}\n`)
  if (unknown.length) {
    await io.warn(`Error: Unable to find a match: ${unknown.join(' ')}\n`)
    return 1
  }
  const rows = names.flatMap((name) => findPackage(REDHAT, name) ?? [])
  for (const { name } of rows) {
    const old = installed.find((each) => each.name === name)
    if (old) await io.print(`Package ${nevra(name, old.version)} is already installed.\n`)
  }
  const steps = planInstall(REDHAT, rows, installed)
  if (steps.length === 0) return nothingToDo(context)
  const asked = steps.filter(({ automatic }) => !automatic)
  const extra = steps.filter(({ automatic }) => automatic)
  await table(
    context,
    [
      ['Installing', asked.map(lineOf)],
      ['Installing dependencies', extra.map(lineOf)],
    ],
    'baseos',
  )
  const sizes = `Total download size: ${size(total(steps, (row) => row.downloadKib))}\nInstalled size: ${size(total(steps, (row) => row.sizeKib))}\n`
  await io.print(`${summary('Install', steps.length)}${sizes}`)
  if (!(await agrees(context))) return 1
  await download(context, steps)
  await runInstall(context, steps, installed)
  return 0
}

async function runRemove(context: Context, gone: readonly Installed[], installed: readonly Installed[]): Promise<void> {
  const { io, sys } = context
  await checkTransaction(context)
  for (const [i, { name, version, files }] of gone.entries()) {
    await io.print(progress('Erasing', nevra(name, version), i + 1, gone.length))
    await removeFiles(sys, files)
  }
  for (const [i, { name, version }] of gone.entries())
    await io.print(progress('Verifying', nevra(name, version), i + 1, gone.length))
  await writeInstalled(
    sys,
    RPM,
    installed.filter((each) => !gone.includes(each)),
  )
  await io.print(`\nRemoved:\n${gone.map(({ name, version }) => `  ${nevra(name, version)}\n`).join('')}\nComplete!\n`)
}

async function remove(context: Context): Promise<number> {
  const { sys, io, operands } = context
  const installed = await readInstalled(sys, RPM)
  const names = operands.slice(1).map((name) => findPackage(REDHAT, name)?.name ?? plainName(name))
  const asked = installed.filter(({ name }) => names.includes(name))
  for (const name of names)
    if (!asked.some((each) => each.name === name)) await io.print(`No match for argument: ${name}\n`)
  if (asked.length === 0) {
    await io.print('No packages marked for removal.\n')
    return nothingToDo(context)
  }
  const unused = orphansOf(installed.filter((each) => !asked.includes(each)))
  const groups = [
    ['Removing', asked.map(installedLine)],
    ['Removing unused dependencies', unused.map(installedLine)],
  ] as const
  await table(context, groups, '@baseos')
  const gone = [...asked, ...unused]
  const freed = gone.reduce((sum, each) => sum + installedLine(each).kib, 0)
  await io.print(`${summary('Remove', gone.length)}Freed space: ${size(freed)}\n`)
  if (!(await agrees(context))) return 1
  await runRemove(context, gone, installed)
  return 0
}

async function search(context: Context): Promise<number> {
  const words = context.operands.slice(1)
  await metadata(context)
  const found = REDHAT.filter((row) => words.every((word) => `${row.name} ${row.summary}`.toLowerCase().includes(word)))
  const title = ` Name & Summary Matched: ${words.join(', ')} `
  const left = Math.max(0, Math.floor((79 - title.length) / 2))
  await context.io.print(
    found.length
      ? `${'='.repeat(left)}${title}${'='.repeat(Math.max(0, 79 - title.length - left))}\n`
      : 'No matches found.\n',
  )
  for (const { name, summary: text } of found) await context.io.print(`${name}.x86_64 : ${text}\n`)
  return 0
}

async function listPackages({ io, sys, operands }: Context): Promise<number> {
  const installed = await readInstalled(sys, RPM)
  const [what, ...words] = operands.slice(1)
  const wanted = (name: string): boolean => words.length === 0 || words.includes(name)
  const line = (name: string, version: string, from: string): string =>
    `${`${name}.x86_64`.padEnd(40)} ${version.padEnd(30)} ${from}\n`
  if (what !== 'available') {
    await io.print('Installed Packages\n')
    for (const { name, version } of installed) if (wanted(name)) await io.print(line(name, version, '@baseos'))
  }
  if (what === 'installed') return 0
  await io.print('Available Packages\n')
  for (const { name, version } of REDHAT)
    if (wanted(name) && !installed.some((each) => each.name === name)) await io.print(line(name, version, 'baseos'))
  return 0
}

const COMMANDS = new Map<string, (context: Context) => Promise<number>>([
  ['install', install],
  ['remove', remove],
  ['erase', remove],
  ['autoremove', nothingToDo],
  ['search', search],
  ['list', listPackages],
  ['update', nothingToDo],
  ['upgrade', nothingToDo],
  ['makecache', async ({ io }) => (await io.print('Metadata cache created.\n'), 0)],
  ['clean', async ({ io }) => (await io.print('0 files removed\n'), 0)],
])
const CHANGES = new Set(['install', 'remove', 'erase', 'update', 'upgrade', 'autoremove'])

const dnfProgram = (command: string) =>
  defineProgram({
    name: `dnf/${command}`,
    paths: [`/usr/bin/${command}`],
    covers: 'partial',
    lacks: [
      'packages whose programs are not in the simulation',
      'groups, modules, history, repositories; the mirror is not really asked',
      'the output of dnf 5 (Fedora 41)',
    ],
    summary: 'package manager of Fedora and its relatives',
    sizeBytes: 2_100,
    usage: `${command} [options] COMMAND`,
    options,
    async main(context) {
      const [verb] = context.operands
      if (context.options.version) {
        await context.io.print(command === 'yum' && (await isYum3(context.sys)) ? '3.4.3\n' : '4.14.0\n')
        return 0
      }
      const old = command === 'yum' && (await isYum3(context.sys))
      const run = verb === undefined ? undefined : (old && YUM3.get(verb)) || COMMANDS.get(verb)
      if (!run) {
        await context.io.warn(
          verb === undefined
            ? `usage: ${command} [options] COMMAND\n`
            : `No such command: ${verb}. Please use /usr/bin/${command} --help\n`,
        )
        return 1
      }
      if (CHANGES.has(verb ?? '') && context.sys.geteuid() !== 0) {
        await context.io.warn(
          'Error: This command has to be run with superuser privileges (under the root user on most systems).\n',
        )
        return 1
      }
      return run(context)
    },
  })

export const dnfPrograms = ['yum', 'dnf', 'microdnf'].map(dnfProgram)
