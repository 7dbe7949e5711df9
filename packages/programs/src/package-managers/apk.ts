import { defineProgram, flag, list, type ProgramContext } from '@drydock/libc'
import { writeFile } from '@drydock/libc'
import { CATALOGUE, findPackage, type PackageRow } from './catalogue.ts'
import {
  APK,
  fieldOf,
  type Installed,
  placeFiles,
  readInstalled,
  readOr,
  removeFiles,
  writeInstalled,
} from './installed.ts'

const options = {
  quiet: flag('q', 'quiet'),
  noCache: flag('', 'no-cache'),
  update: flag('U', 'update-cache'),
  updateOld: flag('', 'update'),
  upgrade: flag('u', 'upgrade'),
  virtual: list('t', 'virtual'),
  version: flag('V', 'version'),
  installed: flag('e', 'installed'),
  verbose: flag('v', 'verbose'),
  all: flag('a', 'all'),
  info: flag('I'),
  description: flag('d', 'description'),
  force: flag('f', 'force'),
  repository: list('X', 'repository'),
}
type Context = ProgramContext<typeof options>

const versionOf = (row: PackageRow): string => `${row.version}-r0`
const worldPath = '/etc/apk/world'

async function fetchLines({ sys, io }: Context): Promise<number> {
  const repositories = (await readOr(sys, '/etc/apk/repositories')).split('\n').filter((line) => /^https?:/.test(line))
  for (const url of repositories) {
    await io.print(`fetch ${url.trim()}/x86_64/APKINDEX.tar.gz\n`)
    await sys.sleep(150)
  }
  return repositories.length
}

async function totals({ io, options: o }: Context, all: readonly Installed[]): Promise<void> {
  const bytes = all.reduce((sum, { record }) => sum + Number(fieldOf(record, 'I:')), 0)
  if (!o.quiet) await io.print(`OK: ${Math.floor(bytes / 1048576)} MiB in ${all.length} packages\n`)
}

async function missing({ io }: Context, names: readonly string[]): Promise<number> {
  const lines = names.map((name) => `  ${name} (no such package):\n    required by: world[${name}]\n`)
  await io.warn(`ERROR: unable to select packages:\n${lines.join('')}`)
  return names.length
}

async function changeWorld({ sys }: Context, names: readonly string[], add: boolean): Promise<void> {
  const world = new Set((await readOr(sys, worldPath)).split('\n').filter(Boolean))
  for (const name of names)
    if (add) world.add(name)
    else world.delete(name)
  await writeFile(
    sys,
    worldPath,
    Array.from(world)
      .sort()
      .map((name) => `${name}\n`)
      .join(''),
    0o644,
  )
}

async function add(context: Context): Promise<number> {
  const { sys, io, options: o } = context
  const names = context.operands.slice(1)
  if (!o.quiet) await fetchLines(context)
  const installed = await readInstalled(sys, APK)
  const has = (name: string): boolean => installed.some((each) => each.name === name)
  const unknown = names.filter((name) => !has(name) && !findPackage(name))
  if (unknown.length) return missing(context, unknown)
  const fresh = names.filter((name) => !has(name)).flatMap((name) => findPackage(name) ?? [])
  for (const [i, row] of fresh.entries()) {
    if (!o.quiet) await io.print(`(${i + 1}/${fresh.length}) Installing ${row.name} (${versionOf(row)})\n`)
    await sys.sleep(100)
    await placeFiles(sys, row)
    installed.push({
      name: row.name,
      version: versionOf(row),
      record: APK.record(row, row.name, versionOf(row)).trim(),
    })
  }
  if (fresh.length && !o.quiet) await io.print('Executing busybox.trigger\n')
  await writeInstalled(sys, APK, installed)
  await changeWorld(context, names, true)
  await totals(context, installed)
  return 0
}

async function del(context: Context): Promise<number> {
  const { sys, io } = context
  const names = context.operands.slice(1)
  const installed = await readInstalled(sys, APK)
  const gone = installed.filter(({ name }) => names.includes(name))
  for (const [i, { name, version }] of gone.entries()) {
    await io.print(`(${i + 1}/${gone.length}) Purging ${name} (${version})\n`)
    const row = findPackage(name)
    if (row) removeFiles(sys, row)
  }
  const left = installed.filter((each) => !gone.includes(each))
  await writeInstalled(sys, APK, left)
  await changeWorld(context, names, false)
  await totals(context, left)
  return 0
}

async function update(context: Context): Promise<number> {
  const { io, sys } = context
  await fetchLines(context)
  const release = (await readOr(sys, '/etc/alpine-release')).trim()
  const urls = (await readOr(sys, '/etc/apk/repositories')).split('\n').filter(Boolean)
  for (const url of urls) await io.print(`v${release} [${url}]\n`)
  await io.print(`OK: ${CATALOGUE.length} distinct packages available\n`)
  return 0
}

async function search({ io, operands, options: o }: Context): Promise<number> {
  const words = operands.slice(1)
  for (const row of CATALOGUE)
    if (words.length === 0 || words.some((word) => row.name.includes(word.replace(/[*?]/g, ''))))
      await io.print(`${row.name}-${versionOf(row)}${o.verbose || o.description ? ` - ${row.summary}` : ''}\n`)
  return 0
}

async function info({ io, sys, operands, options: o }: Context): Promise<number> {
  const installed = await readInstalled(sys, APK)
  const words = operands.slice(1)
  if (words.length === 0) {
    for (const { name, version } of installed) await io.print(o.verbose ? `${name}-${version}\n` : `${name}\n`)
    return 0
  }
  let status = 0
  for (const word of words) {
    const found = installed.find(({ name }) => name === word)
    if (!found) status = 1
    else if (o.installed) await io.print(`${word}\n`)
    else
      await io.print(
        `${found.name}-${found.version} description:\n${fieldOf(found.record, 'T:')}\n\n${found.name}-${found.version} installed size:\n${Math.ceil(Number(fieldOf(found.record, 'I:')) / 1024)} KiB\n\n`,
      )
  }
  return status
}

async function listPackages({ io, sys, options: o, operands }: Context): Promise<number> {
  const installed = await readInstalled(sys, APK)
  const words = operands.slice(1)
  for (const { name, version, record } of installed)
    if (words.length === 0 || words.includes(name))
      await io.print(`${name}-${version} x86_64 {${name}} (${fieldOf(record, 'L:') || 'custom'}) [installed]\n`)
  if (o.info) return 0
  for (const row of CATALOGUE)
    if (!installed.some(({ name }) => name === row.name) && (words.length === 0 || words.includes(row.name)))
      await io.print(`${row.name}-${versionOf(row)} x86_64 {${row.name}} (custom)\n`)
  return 0
}

async function upgrade(context: Context): Promise<number> {
  await fetchLines(context)
  await totals(context, await readInstalled(context.sys, APK))
  return 0
}

const APPLETS = new Map<string, (context: Context) => Promise<number>>([
  ['add', add],
  ['del', del],
  ['update', update],
  ['upgrade', upgrade],
  ['search', search],
  ['info', info],
  ['list', listPackages],
])

/** apk: the package manager of Alpine Linux, on the playground's own catalogue. apk(8). */
export const apk = defineProgram({
  name: 'apk-tools/apk',
  paths: ['/sbin/apk'],
  covers: 'partial',
  lacks: [
    'packages whose programs are not in the simulation',
    'fix, fetch, policy, dot, virtual packages',
    'dependencies',
  ],
  summary: 'Alpine package manager',
  sizeBytes: 69_632,
  usage: 'apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]',
  options,
  async main(context) {
    const { operands, io, sys, options: o } = context
    const applet = operands[0]
    if (applet === undefined) {
      await io.print(
        'apk-tools 2.14.9, compiled for x86_64.\n\nusage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]\n\nCommands: add del update upgrade search info list\n',
      )
      return o.version ? 0 : 1
    }
    const run = APPLETS.get(applet)
    if (!run) {
      await io.warn(`ERROR: '${applet}' is not an apk command. See 'apk --help'.\n`)
      return 1
    }
    if (sys.geteuid() !== 0 && (applet === 'add' || applet === 'del')) {
      await io.warn(
        'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n',
      )
      return 99
    }
    return run(context)
  },
})
