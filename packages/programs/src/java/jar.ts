import { isDirectory, isErrno, type Process, type Program } from '@drydock/abi'
import { unzip, ZipError } from '@drydock/codec'
import { makeDirectories, readFile, Stdio, writeFile } from '@drydock/libc'
import { type JarMember, manifestText, textMember, writeJar } from './jar-file.ts'
import { versionText } from './version.ts'

interface Call {
  readonly process: Process
  readonly io: Stdio
  readonly archive: string
  readonly main: string | undefined
  readonly names: readonly string[]
  readonly verbose: boolean
}

const MANIFEST = 'META-INF/MANIFEST.MF'

async function membersAt({ process: { sys } }: Call, path: string, name: string): Promise<JarMember[]> {
  if (!isDirectory(sys.stat(path).mode)) return [{ name, bytes: await readFile(sys, path) }]
  const all: JarMember[] = []
  for (const each of sys.readdir(path))
    all.push(
      ...(await membersAt(
        { process: { sys } } as Call,
        `${path}/${each.name}`,
        name === '.' ? each.name : `${name}/${each.name}`,
      )),
    )
  return all
}

async function create(call: Call): Promise<number> {
  const { process, io, archive, main, names, verbose } = call
  const { number } = versionText(process.env)
  const head = manifestText([
    ['Manifest-Version', '1.0'],
    ['Created-By', `${number} (Eclipse Adoptium)`],
    ...(main === undefined ? [] : [['Main-Class', main] as const]),
  ])
  const members = [textMember(MANIFEST, head)]
  if (verbose) await io.print('added manifest\n')
  const rest = [...names]
  let base = ''
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === '-C') {
      base = `${rest.shift() ?? '.'}/`
      continue
    }
    for (const each of await membersAt(call, `${base}${name}`, name.replace(/^\.\//, ''))) {
      members.push(each)
      if (verbose) await io.print(`adding: ${each.name}(in = ${each.bytes.length})\n`)
    }
  }
  await writeFile(process.sys, archive, writeJar(members, process.sys.clock.now()))
  return 0
}

async function list({ process, io, archive, names }: Call): Promise<number> {
  for (const { name } of unzip(await readFile(process.sys, archive)))
    if (names.length === 0 || names.includes(name)) await io.print(`${name}\n`)
  return 0
}

async function extract({ process: { sys }, io, archive, names, verbose }: Call): Promise<number> {
  for (const { name, bytes } of unzip(await readFile(sys, archive))) {
    if (names.length > 0 && !names.some((each) => name === each || name.startsWith(`${each}/`))) continue
    if (name.includes('/')) makeDirectories(sys, name.slice(0, name.lastIndexOf('/')))
    await writeFile(sys, name, bytes)
    if (verbose) await io.print(` inflated: ${name}\n`)
  }
  return 0
}

const ACTIONS: Readonly<Record<string, (call: Call) => Promise<number>>> = {
  c: create,
  '--create': create,
  t: list,
  '--list': list,
  x: extract,
  '--extract': extract,
}

/** Letters take their values in their own order: `jar cfe app.jar Main`. */
function callOf(process: Process, io: Stdio): { call: Call; action: string } {
  const [first = '', ...rest] = process.argv.slice(1)
  const letters = first.startsWith('--') ? '' : first.replace(/^-/, '')
  let [archive, main, action, verbose] = [
    '',
    undefined as string | undefined,
    first.startsWith('--') ? first : '',
    false,
  ]
  for (const letter of letters) {
    if (letter === 'f') archive = rest.shift() ?? ''
    else if (letter === 'e') main = rest.shift()
    else if (letter === 'v') verbose = true
    else if (letter in ACTIONS) action = letter
  }
  while (rest[0]?.startsWith('--')) {
    const [name = '', value] = (rest.shift() ?? '').split('=')
    if (name === '--file') archive = value ?? rest.shift() ?? ''
    else if (name === '--main-class') main = value ?? rest.shift()
    else if (name in ACTIONS) action = name
  }
  return { action, call: { process, io, archive, main, verbose, names: rest } }
}

export const jar: Program = {
  name: 'java/jar',
  paths: ['/opt/java/openjdk/bin/jar'],
  covers: 'partial',
  lacks: ['updating (u), manifests of one’s own (m), modules, multi-release'],
  summary: 'create, list and extract jars',
  sizeBytes: 16_000,
  rssBytes: 30 << 20,
  async main(process) {
    const io = new Stdio(process.sys)
    const { action, call } = callOf(process, io)
    try {
      const run = ACTIONS[action]
      if (run) return await run(call)
      await io.warn(
        "Usage: jar [OPTION...] [ [--release VERSION] [-C dir] files] ...\nTry `jar --help' for more information.\n",
      )
      return 1
    } catch (error) {
      if (error instanceof ZipError) await io.warn(`java.util.zip.ZipException: zip END header not found\n`)
      else if (isErrno(error)) await io.warn(`java.nio.file.NoSuchFileException: ${call.archive}\n`)
      else throw error
      return 1
    } finally {
      await io.out.flush()
    }
  },
}
