import { defineProgram, flag, type ProgramContext } from '@drydock/libc'
import { CATALOGUE, findPackage } from './catalogue.ts'
import { placeFiles, readInstalled, removeFiles, RPM, writeInstalled } from './installed.ts'

const options = { yes: flag('y', 'assumeyes'), quiet: flag('q', 'quiet') }
type Context = ProgramContext<typeof options>

async function confirmed({ io, options: o }: Context): Promise<boolean> {
  if (o.yes) return true
  await io.print('Is this ok [y/N]: ')
  await io.out.flush()
  for await (const line of io.lines())
    if (/^y(es)?$/i.test(line.trim())) return true
    else break
  await io.print('Operation aborted.\n')
  return false
}

const title = (text: string): string => `${'='.repeat(80)}\n${text}\n${'='.repeat(80)}\n`

async function install(context: Context): Promise<number> {
  const { sys, io, operands } = context
  const names = operands.slice(1)
  const installed = await readInstalled(sys, RPM)
  const unknown = names.filter((name) => !findPackage(name))
  for (const name of unknown)
    await io.print(context.name === 'yum' ? `No package ${name} available.\n` : `No match for argument: ${name}\n`)
  if (unknown.length && (context.name !== 'yum' || unknown.length === names.length)) {
    await io.warn(
      context.name === 'yum' ? 'Error: Nothing to do\n' : `Error: Unable to find a match: ${unknown.join(' ')}\n`,
    )
    return 1
  }
  const rows = names
    .flatMap((name) => findPackage(name) ?? [])
    .filter((row) => !installed.some(({ name }) => name === row.name))
  if (rows.length === 0) {
    for (const name of names) await io.print(`Package ${name} is already installed.\n`)
    await io.print('Dependencies resolved.\nNothing to do.\nComplete!\n')
    return 0
  }
  await io.print(
    `Dependencies resolved.\n${title(' Package            Architecture   Version              Repository        Size')}Installing:\n`,
  )
  for (const row of rows)
    await io.print(
      ` ${row.name.padEnd(18)} x86_64         ${row.version.padEnd(20)} base       ${String(row.downloadKib).padStart(8)} k\n`,
    )
  await io.print(
    `\nTransaction Summary\n${'='.repeat(80)}\nInstall  ${rows.length} Package${rows.length > 1 ? 's' : ''}\n\n`,
  )
  if (!(await confirmed(context))) return 1
  await io.print('Downloading Packages:\nRunning transaction\n')
  for (const [i, row] of rows.entries()) {
    await sys.sleep(150)
    await placeFiles(sys, row)
    await io.print(`  Installing       : ${`${row.name}-${row.version}.x86_64`.padEnd(50)} ${i + 1}/${rows.length}\n`)
    installed.push({ name: row.name, version: row.version, record: RPM.record(row, row.name, row.version).trim() })
  }
  await io.print(`\nInstalled:\n${rows.map((row) => `  ${row.name}-${row.version}.x86_64\n`).join('')}\nComplete!\n`)
  await writeInstalled(sys, RPM, installed)
  return 0
}

async function remove(context: Context): Promise<number> {
  const { sys, io, operands } = context
  const installed = await readInstalled(sys, RPM)
  const gone = installed.filter(({ name }) => operands.slice(1).includes(name))
  if (gone.length === 0) {
    await io.print(
      `No match for argument: ${operands[1] ?? ''}\nNo packages marked for removal.\nDependencies resolved.\nNothing to do.\nComplete!\n`,
    )
    return 0
  }
  if (!(await confirmed(context))) return 1
  for (const { name } of gone) {
    const row = findPackage(name)
    if (row) removeFiles(sys, row)
  }
  await writeInstalled(
    sys,
    RPM,
    installed.filter((each) => !gone.includes(each)),
  )
  await io.print(
    `\nRemoved:\n${gone.map(({ name, version }) => `  ${name}-${version}.x86_64\n`).join('')}\nComplete!\n`,
  )
  return 0
}

async function search({ io, operands }: Context): Promise<number> {
  const words = operands.slice(1)
  for (const row of CATALOGUE)
    if (words.every((word) => row.name.includes(word))) await io.print(`${row.name}.x86_64 : ${row.summary}\n`)
  return 0
}

async function listPackages({ io, sys }: Context): Promise<number> {
  await io.print('Installed Packages\n')
  for (const { name, version } of await readInstalled(sys, RPM))
    await io.print(`${`${name}.x86_64`.padEnd(40)} ${version.padEnd(30)} @base\n`)
  return 0
}

async function nothing({ io }: Context): Promise<number> {
  await io.print('Dependencies resolved.\nNothing to do.\nComplete!\n')
  return 0
}

const COMMANDS = new Map<string, (context: Context) => Promise<number>>([
  ['install', install],
  ['remove', remove],
  ['erase', remove],
  ['search', search],
  ['list', listPackages],
  ['update', nothing],
  ['upgrade', nothing],
  ['makecache', async ({ io }) => (await io.print('Metadata cache created.\n'), 0)],
  ['clean', async ({ io }) => (await io.print('0 files removed\n'), 0)],
])

const dnfProgram = (command: string) =>
  defineProgram({
    name: `dnf/${command}`,
    paths: [`/usr/bin/${command}`],
    covers: 'partial',
    lacks: ['packages whose programs are not in the simulation', 'dependencies, groups, history, repositories'],
    summary: 'package manager of Fedora and its relatives',
    sizeBytes: 2_100,
    usage: `${command} [options] COMMAND`,
    options,
    async main(context) {
      const verb = context.operands[0] ?? ''
      const run = COMMANDS.get(verb)
      if (run) return run(context)
      await context.io.warn(
        verb === ''
          ? `usage: ${command} [options] COMMAND\n`
          : `No such command: ${verb}. Please use /usr/bin/${command} --help\n`,
      )
      return 1
    },
  })

export const dnfPrograms = ['yum', 'dnf', 'microdnf'].map(dnfProgram)

/** rpm: queries of what dnf has installed. rpm(8). */
export const rpm = defineProgram({
  name: 'rpm/rpm',
  paths: ['/usr/bin/rpm'],
  covers: 'partial',
  lacks: ['installing .rpm files', 'query formats', 'packages of the base image'],
  summary: 'RPM package manager',
  sizeBytes: 24_648,
  usage: 'rpm [OPTION...]',
  options: { query: flag('q', 'query'), all: flag('a', 'all'), version: flag('', 'version') },
  async main({ options: o, operands, sys, io }) {
    if (o.version) {
      await io.print('RPM version 4.19.1\n')
      return 0
    }
    if (!o.query) {
      await io.warn('rpm: only -q and -qa are supported here\n')
      return 1
    }
    const all = await readInstalled(sys, RPM)
    let status = 0
    for (const word of o.all ? all.map(({ name }) => name) : operands) {
      const found = all.find(({ name }) => name === word)
      if (!found) status = 1
      await io.print(found ? `${found.name}-${found.version}.x86_64\n` : `package ${word} is not installed\n`)
    }
    return status
  },
})
