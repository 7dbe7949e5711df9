import { ENOENT, isErrno, O_RDWR } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext } from '@drydock/libc'
import { isTerminal } from '../text/terminal.ts'
import { type Catalogue, DEBIAN, findPackage, type PackageRow, plainName } from './catalogue.ts'
import { placeFiles, removeFiles, weigh, writeWithFolders } from './files.ts'
import { DPKG, entryFor, type Installed, fieldOf, readInstalled, writeInstalled } from './installed.ts'
import { dependentsOf, orphansOf, planInstall, type Step } from './resolve.ts'
import { archiveHost, type Release, releaseOf, SOURCES } from './apt-sources.ts'

const options = {
  yes: flag('y', 'yes'),
  assumeYes: flag('', 'assume-yes'),
  quiet: flag('q', 'quiet'),
  noRecommends: flag('', 'no-install-recommends'),
  installSuggests: flag('', 'install-suggests'),
  purge: flag('', 'purge'),
  autoRemove: flag('', 'auto-remove'),
  simulate: flag('s', 'simulate'),
  reinstall: flag('', 'reinstall'),
  installed: flag('', 'installed'),
  upgradable: flag('', 'upgradable'),
  allowDowngrades: flag('', 'allow-downgrades'),
  fixMissing: flag('', 'fix-missing'),
  fixBroken: flag('f', 'fix-broken'),
  namesOnly: flag('n', 'names-only'),
  settings: list('o', 'option'),
  version: flag('v', 'version'),
}
type Context = ProgramContext<typeof options>

/** Written by `update`: base images come without lists, and know no package before. */
const LISTS = '/var/lib/apt/lists/playground_Packages'
const DOWNLOAD_MS = 40
const INDEX_MS = 60
/** Packages with questions for debconf(7). */
const ASK_FIRST = new Set(['ca-certificates', 'tzdata'])

/** Sizes as APT prints them: powers of 1000, three digits. */
export function aptSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  for (; value >= 10_000 && unit < 3; unit++) value /= 1000
  const digits = unit > 0 && value < 100 ? 1 : 0
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`
}
const kb = (row: PackageRow): number => row.downloadKib * 1000

/** Names in lines of at most 80 columns, two blanks in front. */
function wrapNames(names: readonly string[]): string {
  const lines: string[] = []
  for (const name of names.toSorted()) {
    const last = lines.at(-1)
    if (last === undefined || last.length + name.length + 1 > 78) lines.push(`  ${name}`)
    else lines[lines.length - 1] = `${last} ${name}`
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** What APT itself has to say: nothing with -qq, while dpkg goes on speaking. apt-get(8), --quiet */
const tell = async ({ io, options: o }: Context, text: string): Promise<void> => {
  if (o.quiet < 2) await io.print(text)
}

const doneWord = ({ sys }: Context): string => (isTerminal(sys, 1) ? ' Done' : '')
async function say(context: Context, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) await tell(context, `${line}...${doneWord(context)}\n`)
}
const readLists = (context: Context) =>
  say(context, 'Reading package lists', 'Building dependency tree', 'Reading state information')

function isUpdated({ sys }: Context): boolean {
  try {
    return sys.stat(LISTS).size > 0
  } catch (error) {
    if (error === ENOENT) return false
    throw error
  }
}
const available = (context: Context): Catalogue => (isUpdated(context) ? DEBIAN : [])

async function update(context: Context): Promise<number> {
  const { sys } = context
  const release = await releaseOf(sys)
  const known = isUpdated(context)
  const files = SOURCES(release).filter(({ index }) => !known || !index)
  for (const [i, { place, what, bytes }] of files.entries()) {
    await sys.sleep(INDEX_MS)
    await tell(
      context,
      known ? `Hit:${i + 1} ${place} ${what}\n` : `Get:${i + 1} ${place} ${what} [${aptSize(bytes)}]\n`,
    )
  }
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  if (!known) await tell(context, `Fetched ${aptSize(total)} in 1s (${aptSize(total)}/s)\n`)
  await say(context, 'Reading package lists')
  if (context.name === 'apt') {
    await say(context, 'Building dependency tree', 'Reading state information')
    await tell(context, 'All packages are up to date.\n')
  }
  await writeWithFolders(sys, LISTS, '')
  weigh(
    sys,
    LISTS,
    SOURCES(release).reduce((sum, { bytes }) => sum + bytes, 0),
    new TextEncoder().encode(DEBIAN.map(({ name }) => `${name}\n`).join('')),
  )
  return 0
}

async function confirmed({ io, options: o }: Context): Promise<boolean> {
  // -qq implies -y.
  if (o.yes + o.assumeYes > 0 || o.quiet > 1) return true
  await io.print('Do you want to continue? [Y/n] ')
  await io.out.flush()
  for await (const line of io.lines()) {
    if (/^(y|yes|)$/i.test(line.trim())) return true
    break
  }
  await io.print('Abort.\n')
  return false
}

async function unknownPackages(
  context: Context,
  names: readonly string[],
  installed: readonly Installed[],
): Promise<number> {
  const known = available(context)
  const unknown = names.filter(
    (name) => !findPackage(known, name) && !installed.some((each) => each.name === plainName(name)),
  )
  for (const name of unknown) await context.io.warn(`E: Unable to locate package ${name}\n`)
  return unknown.length
}

/** Which rows are new; tells of those that are there, and of names that stand for another. */
async function selectRows(
  context: Context,
  names: readonly string[],
  installed: readonly Installed[],
): Promise<PackageRow[]> {
  const fresh: PackageRow[] = []
  for (const text of names) {
    const name = plainName(text)
    const row = findPackage(DEBIAN, name)
    if (row && row.name !== name) await context.io.print(`Note, selecting '${row.name}' instead of '${name}'\n`)
    const old = installed.find((each) => each.name === (row?.name ?? name))
    if (old) await tell(context, `${old.name} is already the newest version (${old.version}).\n`)
    else if (row) fresh.push(row)
  }
  return fresh
}

const counts = (fresh: number, gone: number): string =>
  `0 upgraded, ${fresh} newly installed, ${gone} to remove and 0 not upgraded.\n`

async function announce(context: Context, steps: readonly Step[]): Promise<void> {
  const extra = steps.filter(({ automatic }) => automatic).map(({ row }) => row.name)
  if (extra.length) await tell(context, `The following additional packages will be installed:\n${wrapNames(extra)}`)
  await tell(context, `The following NEW packages will be installed:\n${wrapNames(steps.map(({ row }) => row.name))}`)
  await tell(context, counts(steps.length, 0))
  const download = steps.reduce((sum, { row }) => sum + kb(row), 0)
  const disk = steps.reduce((sum, { row }) => sum + row.sizeKib * 1024, 0)
  await tell(context, `Need to get ${aptSize(download)} of archives.\n`)
  await tell(context, `After this operation, ${aptSize(disk)} of additional disk space will be used.\n`)
}

async function download(context: Context, steps: readonly Step[], release: Release): Promise<void> {
  const { io, sys } = context
  const total = steps.reduce((sum, { row }) => sum + kb(row), 0)
  for (const [i, { row }] of steps.entries()) {
    await sys.sleep(DOWNLOAD_MS)
    const place = `${archiveHost(release)} ${release.codename}/main amd64`
    await tell(context, `Get:${i + 1} ${place} ${row.name} amd64 ${row.version} [${aptSize(kb(row))}]\n`)
  }
  if (steps.some(({ row }) => ASK_FIRST.has(row.name)))
    await io.warn('debconf: delaying package configuration, since apt-utils is not installed\n')
  await tell(context, `Fetched ${aptSize(total)} in 0s (${aptSize(total * 4)}/s)\n`)
}

/** The name of the .deb file in the folder of a transaction: numbered when there are several. */
const archiveName = (row: PackageRow, i: number, count: number): string => {
  const file = `${row.name}_${row.version.replace(':', '%3a')}_amd64.deb`
  return count === 1 ? file : `${String(i).padStart(String(count - 1).length, '0')}-${file}`
}

async function unpack(context: Context, steps: readonly Step[], installed: Installed[]): Promise<void> {
  const { io, sys } = context
  const files = installed.length * 180 + 37
  for (const [i, { row, automatic }] of steps.entries()) {
    await io.print(`Selecting previously unselected package ${row.name}.\n`)
    if (i === 0) await io.print(`(Reading database ... ${files} files and directories currently installed.)\n`)
    await io.print(`Preparing to unpack .../${archiveName(row, i, steps.length)} ...\n`)
    await io.print(`Unpacking ${row.name} (${row.version}) ...\n`)
    installed.push(entryFor(DPKG, row, await placeFiles(sys, row), automatic))
  }
  for (const { row } of steps) {
    await io.print(`Setting up ${row.name} (${row.version}) ...\n`)
    await io.out.flush()
    await runSetup(context, row)
  }
  await runTriggers(context, steps, installed)
}

/** dpkg --configure: the package's postinst. */
async function runSetup({ sys, env }: Context, { software: { setup } }: PackageRow): Promise<void> {
  if (!setup) return
  const nowhere = sys.open('/dev/null', O_RDWR)
  const fds = new Map([0, 1, 2].map((fd): [number, number] => [fd, nowhere]))
  try {
    const pid = await sys.spawn(setup[0] ?? '', { argv: setup, env, fds })
    await sys.wait(pid)
  } catch (error) {
    if (!isErrno(error)) throw error
  } finally {
    sys.close(nowhere)
  }
}

async function runTriggers({ io }: Context, steps: readonly Step[], installed: readonly Installed[]): Promise<void> {
  const libc = installed.find(({ name }) => name === 'libc-bin')
  if (libc && steps.some(({ row }) => row.name.startsWith('lib')))
    await io.print(`Processing triggers for libc-bin (${libc.version}) ...\n`)
  const certificates = steps.find(({ row }) => row.name === 'ca-certificates')
  if (certificates)
    await io.print(
      `Processing triggers for ca-certificates (${certificates.row.version}) ...\nUpdating certificates in /etc/ssl/certs...\n0 added, 0 removed; done.\nRunning hooks in /etc/ca-certificates/update.d...\ndone.\n`,
    )
}

async function install(context: Context): Promise<number> {
  const { sys, options: o } = context
  const names = context.operands.slice(1)
  await readLists(context)
  const installed = await readInstalled(sys, DPKG)
  if (await unknownPackages(context, names, installed)) return 100
  const steps = planInstall(DEBIAN, await selectRows(context, names, installed), installed)
  if (steps.length === 0) {
    await tell(context, counts(0, 0))
    return 0
  }
  await announce(context, steps)
  if (o.simulate) return 0
  const extra = steps.some(({ automatic }) => automatic)
  if (extra && !(await confirmed(context))) return 1
  await download(context, steps, await releaseOf(sys))
  await unpack(context, steps, installed)
  await writeInstalled(sys, DPKG, installed)
  return 0
}

async function tellOrphans(context: Context, orphans: readonly Installed[]): Promise<void> {
  if (orphans.length === 0) return
  const names = wrapNames(orphans.map(({ name }) => name))
  await tell(
    context,
    `The following ${orphans.length === 1 ? 'package was' : 'packages were'} automatically installed and ${orphans.length === 1 ? 'is' : 'are'} no longer required:\n${names}Use '${context.name} autoremove' to remove ${orphans.length === 1 ? 'it' : 'them'}.\n`,
  )
}

async function purgeAll(
  context: Context,
  gone: readonly Installed[],
  installed: readonly Installed[],
): Promise<number> {
  const { io, sys, options: o } = context
  if (gone.length)
    await tell(context, `The following packages will be REMOVED:\n${wrapNames(gone.map(({ name }) => name))}`)
  await tell(context, counts(0, gone.length))
  if (gone.length === 0 || o.simulate) return 0
  const freed = gone.reduce((sum, { record }) => sum + Number(fieldOf(record, 'Installed-Size: ')) * 1024, 0)
  await tell(context, `After this operation, ${aptSize(freed)} disk space will be freed.\n`)
  if (!(await confirmed(context))) return 1
  await io.print(`(Reading database ... ${installed.length * 180 + 37} files and directories currently installed.)\n`)
  for (const { name, version, files } of gone) {
    await io.print(`Removing ${name} (${version}) ...\n`)
    await removeFiles(sys, files)
  }
  const left = installed.filter((each) => !gone.includes(each))
  await writeInstalled(sys, DPKG, left)
  return 0
}

async function remove(context: Context): Promise<number> {
  const { io, sys, options: o } = context
  await readLists(context)
  const installed = await readInstalled(sys, DPKG)
  const names = context.operands.slice(1).map((name) => findPackage(DEBIAN, name)?.name ?? plainName(name))
  if (await unknownPackages(context, names, installed)) return 100
  const asked = installed.filter(({ name }) => names.includes(name))
  for (const name of names)
    if (!asked.some((each) => each.name === name))
      await io.print(`Package '${name}' is not installed, so not removed\n`)
  const gone = [...dependentsOf(installed, names), ...asked]
  const orphans = orphansOf(installed.filter((each) => !gone.includes(each)))
  if (o.autoRemove) return purgeAll(context, [...gone, ...orphans], installed)
  await tellOrphans(context, orphans)
  return purgeAll(context, gone, installed)
}

async function autoremove(context: Context): Promise<number> {
  const installed = await readInstalled(context.sys, DPKG)
  if (context.operands.length > 1) return remove({ ...context, options: { ...context.options, autoRemove: 1 } })
  await readLists(context)
  return purgeAll(context, orphansOf(installed), installed)
}

async function upgrade(context: Context): Promise<number> {
  await readLists(context)
  await say(context, 'Calculating upgrade')
  await context.io.print(counts(0, 0))
  return 0
}

async function search(context: Context): Promise<number> {
  const words = context.operands.slice(1).map((word) => word.toLowerCase())
  const found = available(context).filter(({ name, summary }) =>
    words.every((word) => name.includes(word) || (!context.options.namesOnly && summary.toLowerCase().includes(word))),
  )
  if (context.name !== 'apt') {
    for (const { name, summary } of found) await context.io.print(`${name} - ${summary}\n`)
    return 0
  }
  const { codename } = await releaseOf(context.sys)
  await context.io.print(`Sorting...${doneWord(context)}\nFull Text Search...${doneWord(context)}\n`)
  for (const { name, version, summary } of found)
    await context.io.print(`${name}/${codename} ${version} amd64\n  ${summary}\n\n`)
  return 0
}

const showText = (row: PackageRow): string =>
  `Package: ${row.name}\nVersion: ${row.version}\nInstalled-Size: ${row.sizeKib}\nArchitecture: amd64\n${row.depends.length ? `Depends: ${row.depends.join(', ')}\n` : ''}Size: ${kb(row)}\nDescription: ${row.summary}\n\n`

async function show(context: Context): Promise<number> {
  const known = available(context)
  for (const name of context.operands.slice(1)) {
    const row = findPackage(known, name)
    if (row) await context.io.print(showText(row))
    else {
      await context.io.warn(`N: Unable to locate package ${name}\nE: No packages found\n`)
      return 100
    }
  }
  return 0
}

/** apt-cache policy. */
async function policy(context: Context): Promise<number> {
  const installed = await readInstalled(context.sys, DPKG)
  const release = await releaseOf(context.sys)
  const known = available(context)
  for (const name of context.operands.slice(1)) {
    const old = installed.find((each) => each.name === name)
    const row = findPackage(known, name)
    const version = old?.version ?? row?.version
    if (version === undefined) continue
    const source = `        500 ${archiveHost(release)} ${release.codename}/main amd64 Packages\n`
    await context.io.print(
      `${name}:\n  Installed: ${old?.version ?? '(none)'}\n  Candidate: ${version}\n  Version table:\n ${old ? '***' : '   '} ${version} ${old && !row ? 100 : 500}\n${row ? source : ''}${old ? '        100 /var/lib/dpkg/status\n' : ''}`,
    )
  }
  return 0
}

async function listPackages(context: Context): Promise<number> {
  const { io, sys, options: o } = context
  const { codename } = await releaseOf(sys)
  const words = context.operands.slice(1)
  const wanted = (name: string): boolean => words.length === 0 || words.includes(name)
  await io.print(`Listing...${doneWord(context)}\n`)
  if (o.upgradable) return 0
  const installed = await readInstalled(sys, DPKG)
  for (const { name, version, automatic } of installed)
    if (wanted(name))
      await io.print(`${name}/${codename},now ${version} amd64 [installed${automatic ? ',automatic' : ''}]\n`)
  if (o.installed) return 0
  for (const { name, version } of available(context))
    if (wanted(name) && !installed.some((each) => each.name === name))
      await io.print(`${name}/${codename} ${version} amd64\n`)
  return 0
}

const nothing = async (): Promise<number> => 0

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
  ['policy', policy],
  ['list', listPackages],
  ['clean', nothing],
  ['autoclean', nothing],
  ['autoremove', autoremove],
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
      'recommended packages, pinning, source, download, build-dep',
      'configuration by -o; the mirror is not really asked',
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
        return context.options.version ? 0 : 1
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
      if (command === 'apt' && !isTerminal(context.sys, 1))
        await context.io.warn('\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n')
      return run(context)
    },
  })

export const aptPrograms = ['apt', 'apt-get', 'apt-cache'].map(aptProgram)
