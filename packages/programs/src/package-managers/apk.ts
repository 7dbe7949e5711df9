import { ENOENT } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, value, writeFile } from '@drydock/libc'
import { ALPINE, findPackage, type PackageRow, plainName } from './catalogue.ts'
import { pathOf, placeFiles, removeFiles, weigh, writeWithFolders } from './files.ts'
import { APK, entryFor, fieldOf, type Installed, readInstalled, readOr, writeInstalled } from './installed.ts'
import { orphansOf, planInstall, type Step } from './resolve.ts'

const options = {
  quiet: flag('q', 'quiet'),
  noCache: flag('', 'no-cache'),
  updateCache: flag('U', 'update-cache'),
  update: flag('', 'update'),
  upgrade: flag('u', 'upgrade'),
  latest: flag('l', 'latest'),
  virtual: value('t', 'virtual'),
  version: flag('V', 'version'),
  installed: flag('e', 'installed'),
  verbose: flag('v', 'verbose'),
  all: flag('a', 'all'),
  info: flag('I'),
  contents: flag('L', 'contents'),
  description: flag('d', 'description'),
  requires: flag('R', 'depends'),
  force: flag('f', 'force'),
  purge: flag('', 'purge'),
  noProgress: flag('', 'no-progress'),
  simulate: flag('s', 'simulate'),
  interactive: flag('i', 'interactive'),
  allowUntrusted: flag('', 'allow-untrusted'),
  printArch: flag('', 'print-arch'),
  root: value('p', 'root'),
  repository: value('X', 'repository'),
}
type Context = ProgramContext<typeof options>

const WORLD = '/etc/apk/world'
const CACHE = '/var/cache/apk/APKINDEX.tar.gz'
/** Of one repository, as they come from the mirror. */
const INDEX_BYTES = 1_250_000
/** Of the index, and of a small package, on a good line. */
const INDEX_MS = 150
const PACKAGE_MS = 50

const repositories = async ({ sys }: Context): Promise<string[]> =>
  (await readOr(sys, '/etc/apk/repositories'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^https?:/.test(line))

function isCached({ sys }: Context): boolean {
  try {
    sys.stat(CACHE)
    return true
  } catch (error) {
    if (error === ENOENT) return false
    throw error
  }
}

async function fetchIndex(context: Context, always: boolean): Promise<void> {
  const { sys, io, options: o } = context
  if (!always && isCached(context) && o.noCache + o.updateCache + o.update === 0) return
  const urls = await repositories(context)
  for (const url of urls) {
    if (!o.quiet) await io.print(`fetch ${url}/x86_64/APKINDEX.tar.gz\n`)
    await sys.sleep(INDEX_MS)
  }
  if (o.noCache) return
  await writeWithFolders(sys, CACHE, '')
  weigh(sys, CACHE, urls.length * INDEX_BYTES)
}

async function printTotals({ io, options: o }: Context, all: readonly Installed[]): Promise<void> {
  const bytes = all.reduce((sum, { record }) => sum + Number(fieldOf(record, 'I:')), 0)
  const real = all.filter(({ name }) => !name.startsWith('.'))
  if (!o.quiet) await io.print(`OK: ${Math.floor(bytes / 1048576)} MiB in ${real.length} packages\n`)
}

async function missing({ io }: Context, names: readonly string[]): Promise<number> {
  const lines = names.map((name) => `  ${plainName(name)} (no such package):\n    required by: world[${name}]\n`)
  await io.warn(`ERROR: unable to select packages:\n${lines.join('')}`)
  return names.length
}

async function changeWorld({ sys }: Context, change: (world: Set<string>) => void): Promise<void> {
  const world = new Set((await readOr(sys, WORLD)).split('\n').filter(Boolean))
  change(world)
  const lines = Array.from(world)
    .sort()
    .map((name) => `${name}\n`)
  await writeFile(sys, WORLD, lines.join(''), 0o644)
}

/** The package without content that `--virtual` makes of what was asked for. apk-add(8). */
function virtualPackage({ sys }: Context, name: string, depends: readonly string[]): PackageRow {
  const stamp = new Date(sys.clock.now()).toISOString().replace(/[-:]/g, '').replace('T', '.').slice(0, 15)
  const summary = 'virtual meta package'
  return { name, aliases: [], version: stamp, downloadKib: 0, sizeKib: 0, depends, software: { commands: [] }, summary }
}

const SCRIPTS = new Map([
  ['bash', ['post-install']],
  ['nginx', ['pre-install', 'post-install']],
])

async function installOne(
  { io, sys, options: o }: Context,
  { row, automatic }: Step,
  count: string,
): Promise<Installed> {
  if (!o.quiet) await io.print(`${count} Installing ${row.name} (${row.version})\n`)
  await sys.sleep(PACKAGE_MS)
  const placed = await placeFiles(sys, row)
  for (const script of SCRIPTS.get(row.name) ?? [])
    if (!o.quiet) await io.print(`Executing ${row.name}-${row.version}.${script}\n`)
  return entryFor(APK, row, placed, automatic)
}

/** busybox looks for commands that lost or found their file after each change; ca-certificates makes its bundle. */
async function runTriggers(
  { io, options: o }: Context,
  all: readonly Installed[],
  changed: readonly string[],
): Promise<void> {
  const triggered = all.filter(
    ({ name }) => name === 'busybox' || (name === 'ca-certificates' && changed.includes(name)),
  )
  for (const { name, version } of triggered) if (!o.quiet) await io.print(`Executing ${name}-${version}.trigger\n`)
}

async function add(context: Context): Promise<number> {
  const { sys, options: o } = context
  const names = context.operands.slice(1)
  await fetchIndex(context, false)
  const installed = await readInstalled(sys, APK)
  const has = (name: string): boolean => installed.some((each) => each.name === plainName(name))
  const unknown = names.filter((name) => !has(name) && !findPackage(ALPINE, name))
  if (unknown.length) return missing(context, unknown)
  const broken = unsatisfied(names)
  if (broken.length > 0) {
    await context.io.warn(`ERROR: unable to select packages:\n${broken.join('')}`)
    return broken.length
  }
  const rows = names.flatMap((name) => findPackage(ALPINE, name) ?? [])
  const { virtual } = o
  const asked =
    virtual === undefined
      ? rows
      : [
          virtualPackage(
            context,
            virtual,
            rows.map(({ name }) => name),
          ),
        ]
  const steps = planInstall(ALPINE, asked, installed)
  if (!o.simulate) await installAll(context, steps, installed)
  if (!o.simulate)
    await changeWorld(context, (world) =>
      (virtual === undefined ? names : [virtual]).forEach((name) => world.add(name)),
    )
  await printTotals(context, installed)
  return 0
}

async function installAll(context: Context, steps: readonly Step[], installed: Installed[]): Promise<void> {
  for (const [i, step] of steps.entries()) installed.push(await installOne(context, step, `(${i + 1}/${steps.length})`))
  if (steps.length === 0) return
  await runTriggers(
    context,
    installed,
    steps.map(({ row }) => row.name),
  )
  await writeInstalled(context.sys, APK, installed)
}

async function del(context: Context): Promise<number> {
  const { sys, io, options: o } = context
  const names = context.operands.slice(1)
  const installed = await readInstalled(sys, APK)
  await changeWorld(context, (world) => names.forEach((name) => world.delete(name)))
  const asked = installed.filter(({ name }) => names.includes(name))
  const rest = installed.filter((each) => !asked.includes(each))
  const needed = asked.filter(({ name }) => rest.some((each) => !each.automatic && each.depends.includes(name)))
  if (needed.length) return stillNeeded(context, needed, rest)
  const gone = [...asked, ...orphansOf(rest).toReversed()]
  for (const [i, { name, version, files }] of gone.entries()) {
    if (!o.quiet) await io.print(`(${i + 1}/${gone.length}) Purging ${name} (${version})\n`)
    await removeFiles(sys, files)
  }
  const left = installed.filter((each) => !gone.includes(each))
  if (gone.length) await runTriggers(context, left, [])
  await writeInstalled(sys, APK, left)
  await printTotals(context, left)
  return 0
}

async function stillNeeded(
  context: Context,
  needed: readonly Installed[],
  rest: readonly Installed[],
): Promise<number> {
  const { io } = context
  await io.print(`World updated, but the following packages are not removed due to:\n`)
  for (const { name } of needed)
    await io.print(`  ${name}: ${rest.flatMap((each) => (each.depends.includes(name) ? each.name : [])).join(' ')}\n`)
  await io.print('\n')
  await printTotals(context, [...rest, ...needed])
  return 0
}

async function update(context: Context): Promise<number> {
  const { io, sys, options: o } = context
  await fetchIndex(context, true)
  const release = (await readOr(sys, '/etc/alpine-release')).trim()
  if (o.quiet) return 0
  for (const url of await repositories(context)) await io.print(`v${release} [${url}]\n`)
  await io.print(`OK: ${ALPINE.length} distinct packages available\n`)
  return 0
}

async function upgrade(context: Context): Promise<number> {
  await fetchIndex(context, false)
  await printTotals(context, await readInstalled(context.sys, APK))
  return 0
}

async function search({ io, operands, options: o }: Context): Promise<number> {
  const words = operands.slice(1).map((word) => word.replace(/[*?]/g, ''))
  const found = ALPINE.filter(({ name, summary }) =>
    words.every(
      (word) => name.includes(word) || (o.description > 0 && summary.toLowerCase().includes(word.toLowerCase())),
    ),
  )
  for (const { name, version, summary } of found)
    await io.print(`${name}-${version}${o.verbose + o.description > 0 ? ` - ${summary}` : ''}\n`)
  return 0
}

/** The parts of `apk info`, with the option that asks for one alone. */
const SECTIONS: readonly (readonly [
  option: 'description' | 'contents' | 'requires',
  title: string,
  of: (each: Installed) => string,
])[] = [
  ['description', 'description', ({ record }) => fieldOf(record, 'T:')],
  ['contents', 'contains', ({ files }) => files.map((word) => pathOf(word).slice(1)).join('\n')],
  ['requires', 'depends on', ({ depends }) => depends.join('\n')],
]
const installedSize = ({ record }: Installed): string => `${Math.ceil(Number(fieldOf(record, 'I:')) / 1024)} KiB`

async function infoOf({ io, options: o }: Context, each: Installed): Promise<void> {
  const title = `${each.name}-${each.version}`
  const chosen = SECTIONS.filter(([option]) => o.all > 0 || o[option] > 0)
  for (const [, what, of] of chosen) await io.print(`${title} ${what}:\n${of(each)}\n\n`)
  if (chosen.length) return
  await io.print(
    `${title} description:\n${fieldOf(each.record, 'T:')}\n\n${title} installed size:\n${installedSize(each)}\n\n`,
  )
}

async function info(context: Context): Promise<number> {
  const { io, sys, operands, options: o } = context
  const installed = await readInstalled(sys, APK)
  const words = operands.slice(1)
  if (words.length === 0)
    for (const { name, version } of installed) await io.print(o.verbose ? `${name}-${version}\n` : `${name}\n`)
  let status = 0
  for (const word of words) {
    const found = installed.find(({ name }) => name === word)
    if (!found) status = 1
    else if (o.installed) await io.print(`${word}\n`)
    else await infoOf(context, found)
  }
  return status
}

async function listPackages({ io, sys, options: o, operands }: Context): Promise<number> {
  const installed = await readInstalled(sys, APK)
  const words = operands.slice(1)
  const wanted = (name: string): boolean => words.length === 0 || words.includes(name)
  for (const { name, version } of installed)
    if (wanted(name)) await io.print(`${name}-${version} x86_64 {${name}} (custom) [installed]\n`)
  if (o.info + o.installed > 0) return 0
  for (const { name, version } of ALPINE)
    if (wanted(name) && !installed.some((each) => each.name === name))
      await io.print(`${name}-${version} x86_64 {${name}} (custom)\n`)
  return 0
}

/** What is there, and where it would come from. */
async function policy(context: Context): Promise<number> {
  const { io, sys, operands } = context
  const installed = await readInstalled(sys, APK)
  const urls = await repositories(context)
  for (const word of operands.slice(1)) {
    const row = findPackage(ALPINE, word)
    const own = installed.find(({ name }) => name === word)
    if (!row && !own) continue
    await io.print(`${word} policy:\n  ${own?.version ?? row?.version ?? ''}:\n`)
    if (own) await io.print('    lib/apk/db/installed\n')
    if (row) await io.print(`    ${urls[0] ?? ''}\n`)
  }
  return 0
}

/** Those that differ from the repositories' versions, or all that are named. */
async function version(context: Context): Promise<number> {
  const { io, sys, operands } = context
  const words = operands.slice(1)
  await io.print('Installed:                                Available:\n')
  for (const { name, version: own } of await readInstalled(sys, APK)) {
    const row = findPackage(ALPINE, name)
    if (!row || (words.length > 0 ? !words.includes(name) : row.version === own)) continue
    await io.print(`${`${name}-${own}`.padEnd(41)} ${row.version === own ? '=' : '<'} ${row.version} \n`)
  }
  return 0
}

/** Puts files of packages back that were lost. */
async function fix(context: Context): Promise<number> {
  const { io, sys, operands, options: o } = context
  const installed = await readInstalled(sys, APK)
  const wanted = installed.filter(({ name }) => operands.slice(1).includes(name))
  for (const [i, { name, version: own }] of wanted.entries()) {
    const row = findPackage(ALPINE, name)
    if (!o.quiet) await io.print(`(${i + 1}/${wanted.length}) Reinstalling ${name} (${own})\n`)
    if (row) await placeFiles(sys, row)
  }
  if (wanted.length > 0) await runTriggers(context, installed, [])
  await printTotals(context, installed)
  return 0
}

/** `curl=8.14.1-r2`, `curl~8.14`, `curl>8`: what the one version that there is does not satisfy. */
function unsatisfied(names: readonly string[]): string[] {
  return names.flatMap((word) => {
    const [, name = '', sign = '', wanted = ''] = /^([^=<>~]+)(=~|[=~]|>=?|<=?)(.+)$/.exec(word) ?? []
    const own = findPackage(ALPINE, name)?.version
    if (sign === '' || own === undefined) return []
    const fits = sign === '=' ? own === wanted : sign.includes('~') ? own.startsWith(wanted) : true
    return fits ? [] : [`  ${name}-${own}:\n    breaks: world[${word}]\n`]
  })
}

const APPLETS = new Map<string, (context: Context) => Promise<number>>([
  ['add', add],
  ['del', del],
  ['update', update],
  ['upgrade', upgrade],
  ['search', search],
  ['info', info],
  ['list', listPackages],
  ['policy', policy],
  ['version', version],
  ['fix', fix],
])
const NEED_ROOT = new Set(['add', 'del', 'fix', 'update', 'upgrade'])

const BANNER = 'apk-tools 2.14.9, compiled for x86_64.\n'
const HELP = `${BANNER}
usage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]

Package installation and removal:
  add        Add packages to WORLD and commit changes
  del        Remove packages from WORLD and commit changes

System maintenance:
  fix        Fix, reinstall or upgrade packages without modifying main dependencies
  update     Update repository indexes
  upgrade    Install upgrades available from repositories

Querying package information:
  info       Give detailed information about packages or repositories
  policy     Show repository policy for packages
  version    Compare package versions (in installed database vs. available) or do tests on literal version strings
  list       List packages matching a pattern or other criteria
  search     Search for packages by name or description
`

/** apk: the package manager of Alpine Linux, on the playground's own catalogue. apk(8). */
export const apk = defineProgram({
  name: 'apk-tools/apk',
  paths: ['/sbin/apk'],
  covers: 'partial',
  lacks: [
    'packages whose programs are not in the simulation',
    'fetch, dot, audit, verify, cache; versions in add beside =, ~',
    'signatures; the mirror is not really asked',
  ],
  summary: 'Alpine package manager',
  sizeBytes: 69_632,
  usage: 'apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]',
  options,
  async main(context) {
    const { operands, io, sys, options: o } = context
    const [applet] = operands
    if (o.printArch || o.version) {
      await io.print(o.version ? BANNER : 'x86_64\n')
      return 0
    }
    if (applet === undefined) {
      await io.print(HELP)
      return 1
    }
    const run = APPLETS.get(applet)
    if (!run) {
      await io.warn(`ERROR: '${applet}' is not an apk command. See 'apk --help'.\n`)
      return 1
    }
    if (sys.geteuid() !== 0 && NEED_ROOT.has(applet)) {
      await io.warn(
        'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n',
      )
      return 99
    }
    return run(context)
  },
})
