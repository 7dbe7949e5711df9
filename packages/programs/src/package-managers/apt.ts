import { defineProgram, flag, list, type ProgramContext } from '@drydock/libc'
import { CATALOGUE, findPackage, type PackageRow } from './catalogue.ts'
import {
  DPKG,
  fieldOf,
  placeFiles,
  readInstalled,
  readOr,
  removeFiles,
  writeFolder,
  writeInstalled,
} from './installed.ts'

const options = {
  yes: flag('y', 'yes'),
  assumeYes: flag('', 'assume-yes'),
  quiet: flag('q', 'quiet'),
  noRecommends: flag('', 'no-install-recommends'),
  purge: flag('', 'purge'),
  autoRemove: flag('', 'auto-remove'),
  simulate: flag('s', 'simulate'),
  reinstall: flag('', 'reinstall'),
  installed: flag('', 'installed'),
  upgradable: flag('', 'upgradable'),
  allowDowngrades: flag('', 'allow-downgrades'),
  fixMissing: flag('', 'fix-missing'),
  settings: list('o', 'option'),
  version: flag('v', 'version'),
}
type Context = ProgramContext<typeof options>

const LISTS = '/var/lib/apt/lists/drydock_Packages'
const versionOf = (row: PackageRow): string => `${row.version}-1`

/** The name that Debian has for the package when it differs from ours. */
const nameFor = (asked: string, row: PackageRow): string => (row.aliases?.includes(asked) ? asked : row.name)
const size = (kib: number): string => (kib >= 1000 ? `${(kib / 1000).toFixed(kib >= 10_000 ? 1 : 0)} MB` : `${kib} kB`)

interface Release {
  readonly id: string
  readonly codename: string
  readonly host: string
}
async function release({ sys }: Context): Promise<Release> {
  const text = await readOr(sys, '/etc/os-release')
  const get = (key: string): string => new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? ''
  const id = get('ID') || 'debian'
  const host = id === 'ubuntu' ? 'http://archive.ubuntu.com/ubuntu' : 'http://deb.debian.org/debian'
  return { id, codename: get('VERSION_CODENAME') || 'stable', host }
}

async function update(context: Context): Promise<number> {
  const { io, sys } = context
  const { codename, host } = await release(context)
  const lines = [
    `Get:1 ${host} ${codename} InRelease [140 kB]`,
    `Get:2 ${host} ${codename}-updates InRelease [47.3 kB]`,
    `Get:3 ${host} ${codename}/main amd64 Packages [9670 kB]`,
    `Get:4 ${host} ${codename}-updates/main amd64 Packages [5412 B]`,
  ]
  for (const line of lines) {
    await io.print(`${line}\n`)
    await sys.sleep(120)
  }
  await io.print('Fetched 9863 kB in 1s (9863 kB/s)\nReading package lists...\n')
  if (context.name === 'apt')
    await io.print('Building dependency tree...\nReading state information...\nAll packages are up to date.\n')
  await writeFolder(sys, LISTS, CATALOGUE.map(({ name }) => `${name}\n`).join(''))
  return 0
}

/** Base images come without lists: nothing is known before `update`. */
const available = async ({ sys }: Context): Promise<readonly PackageRow[]> =>
  (await readOr(sys, LISTS)) === '' ? [] : CATALOGUE

const reading = ({ io }: Context) =>
  io.print('Reading package lists...\nBuilding dependency tree...\nReading state information...\n')

async function confirmed({ io, options: o }: Context): Promise<boolean> {
  if (o.yes || o.assumeYes) return true
  await io.print('Do you want to continue? [Y/n] ')
  await io.out.flush()
  for await (const line of io.lines()) return /^(y|yes|)$/i.test(line.trim())
  await io.print('Abort.\n')
  return false
}

async function install(context: Context): Promise<number> {
  const { io, sys } = context
  const names = context.operands.slice(1)
  await reading(context)
  const known = await available(context)
  const installed = await readInstalled(sys, DPKG)
  const has = (name: string) => installed.find((each) => each.name === name)
  const unknown = names.filter((name) => !has(name) && !(known.length && findPackage(name)))
  if (unknown.length) {
    for (const name of unknown) await io.warn(`E: Unable to locate package ${name}\n`)
    return 100
  }
  for (const name of names) {
    const old = has(name)
    if (old) await io.print(`${name} is already the newest version (${old.version}).\n`)
  }
  const fresh = names
    .filter((name) => !has(name))
    .flatMap((name) => {
      const row = findPackage(name)
      return row ? [{ name: nameFor(name.replace(/[=:].*$/, ''), row), row }] : []
    })
  if (fresh.length === 0) {
    await io.print('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')
    return 0
  }
  const download = fresh.reduce((sum, { row }) => sum + row.downloadKib, 0)
  const disk = fresh.reduce((sum, { row }) => sum + row.sizeKib, 0)
  await io.print(`The following NEW packages will be installed:\n  ${fresh.map(({ name }) => name).join(' ')}\n`)
  await io.print(`0 upgraded, ${fresh.length} newly installed, 0 to remove and 0 not upgraded.\n`)
  await io.print(
    `Need to get ${size(download)} of archives.\nAfter this operation, ${size(disk)} of additional disk space will be used.\n`,
  )
  if (context.options.simulate || !(await confirmed(context))) return context.options.simulate ? 0 : 1
  const { codename, host } = await release(context)
  for (const [i, { name, row }] of fresh.entries()) {
    await io.print(
      `Get:${i + 1} ${host} ${codename}/main amd64 ${name} amd64 ${versionOf(row)} [${size(row.downloadKib)}]\n`,
    )
    await sys.sleep(150)
  }
  await io.print(`Fetched ${size(download)} in 0s (${size(download)}/s)\n`)
  for (const { name, row } of fresh) {
    await io.print(
      `Selecting previously unselected package ${name}.\nPreparing to unpack .../${name}_${versionOf(row)}_amd64.deb ...\nUnpacking ${name} (${versionOf(row)}) ...\n`,
    )
    await placeFiles(sys, row)
    installed.push({ name, version: versionOf(row), record: DPKG.record(row, name, versionOf(row)).trim() })
  }
  for (const { name, row } of fresh) await io.print(`Setting up ${name} (${versionOf(row)}) ...\n`)
  await writeInstalled(sys, DPKG, installed)
  return 0
}

async function remove(context: Context): Promise<number> {
  const { io, sys } = context
  const names = context.operands.slice(1)
  await reading(context)
  const installed = await readInstalled(sys, DPKG)
  const gone = installed.filter(({ name }) => names.includes(name))
  for (const name of names)
    if (!gone.some((each) => each.name === name)) {
      if (!findPackage(name)) {
        await io.warn(`E: Unable to locate package ${name}\n`)
        return 100
      }
      await io.print(`Package '${name}' is not installed, so not removed\n`)
    }
  if (gone.length)
    await io.print(`The following packages will be REMOVED:\n  ${gone.map(({ name }) => name).join(' ')}\n`)
  await io.print(`0 upgraded, 0 newly installed, ${gone.length} to remove and 0 not upgraded.\n`)
  if (gone.length && !(await confirmed(context))) return 1
  for (const { name, version } of gone) {
    await io.print(`Removing ${name} (${version}) ...\n`)
    const row = findPackage(name)
    if (row) removeFiles(sys, row)
  }
  await writeInstalled(
    sys,
    DPKG,
    installed.filter((each) => !gone.includes(each)),
  )
  return 0
}

async function upgrade(context: Context): Promise<number> {
  await reading(context)
  await context.io.print('Calculating upgrade...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')
  return 0
}

async function search(context: Context): Promise<number> {
  const [, ...words] = context.operands
  for (const row of await available(context))
    if (words.every((word) => row.name.includes(word) || row.summary.toLowerCase().includes(word.toLowerCase())))
      await context.io.print(`${row.name} - ${row.summary}\n`)
  return 0
}

async function show(context: Context): Promise<number> {
  const known = await available(context)
  for (const name of context.operands.slice(1)) {
    const row = known.length ? findPackage(name) : undefined
    if (!row) {
      await context.io.warn(
        context.name === 'apt-cache'
          ? `N: Unable to locate package ${name}\nE: No packages found\n`
          : `N: Unable to locate package ${name}\nE: No packages found\n`,
      )
      return 100
    }
    await context.io.print(
      `Package: ${name}\nVersion: ${versionOf(row)}\nArchitecture: amd64\nInstalled-Size: ${row.sizeKib}\nDescription: ${row.summary}\n\n`,
    )
  }
  return 0
}

async function listPackages(context: Context): Promise<number> {
  const { io, sys, options: o } = context
  const { codename } = await release(context)
  await io.print('Listing...\n')
  for (const { name, version, record } of await readInstalled(sys, DPKG))
    await io.print(`${name}/${codename},now ${version} ${fieldOf(record, 'Architecture: ') || 'amd64'} [installed]\n`)
  if (o.installed || o.upgradable) return 0
  for (const row of await available(context)) await io.print(`${row.name}/${codename} ${versionOf(row)} amd64\n`)
  return 0
}

async function done(context: Context): Promise<number> {
  if (context.operands[0] === 'autoremove') return upgradeNothing(context)
  return 0
}
async function upgradeNothing(context: Context): Promise<number> {
  await reading(context)
  await context.io.print('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')
  return 0
}

const COMMANDS = new Map<string, (context: Context) => Promise<number>>([
  ['update', update],
  ['install', install],
  ['remove', remove],
  ['purge', remove],
  ['upgrade', upgrade],
  ['dist-upgrade', upgrade],
  ['full-upgrade', upgrade],
  ['search', search],
  ['show', show],
  ['list', listPackages],
  ['clean', done],
  ['autoclean', done],
  ['autoremove', done],
])
const CHANGES = new Set([
  'update',
  'install',
  'remove',
  'purge',
  'upgrade',
  'dist-upgrade',
  'full-upgrade',
  'autoremove',
])

const aptProgram = (command: string) =>
  defineProgram({
    name: `apt/${command}`,
    paths: [`/usr/bin/${command}`],
    covers: 'partial',
    lacks: [
      'packages whose programs are not in the simulation',
      'dependencies, pinning, source, download',
      'configuration by -o',
    ],
    summary: 'package manager of Debian',
    sizeBytes: 18_752,
    usage: `${command} [options] command`,
    usageStatus: 100,
    options,
    async main(context) {
      const [verb] = context.operands
      if (verb === undefined) {
        await context.io.print('apt 3.0.3 (amd64)\n')
        return 0
      }
      const run = COMMANDS.get(verb)
      if (!run) {
        await context.io.warn(`E: Invalid operation ${verb}\n`)
        return 100
      }
      if (CHANGES.has(verb) && context.sys.geteuid() !== 0) {
        await context.io.warn(
          'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n',
        )
        return 100
      }
      if (command === 'apt')
        await context.io.warn('\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n')
      return run(context)
    },
  })

export const aptPrograms = ['apt', 'apt-get', 'apt-cache'].map(aptProgram)
