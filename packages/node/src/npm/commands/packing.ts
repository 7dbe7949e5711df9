import { encodeBase64, gzip, Hash, writeTar } from '@drydock/codec'
import { readFile, writeFile } from '@drydock/libc'
import { lstatOr, namesIn } from '../files.ts'
import type { PackageJson } from '../lockfile.ts'
import { needsLogin, NpmError } from '../npm-error.ts'
import type { Npm } from '../npm-context.ts'
import { bytesShown } from './queries.ts'

interface Packed {
  readonly filename: string
  readonly bytes: Uint8Array
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/** What is in no package. npm-packlist */
const LEFT_OUT = /^(?:node_modules|\.git|\.npmrc|\.DS_Store|package-lock\.json|npm-debug\.log|\.gitignore|\.npmignore)$/
const ALWAYS = /^(?:package\.json|readme|licen[cs]e|changelog)(?:\.\w+)?$/i

function filesIn(npm: Npm, below: string): string[] {
  return namesIn(npm.process.sys, `${npm.root}/${below}`).flatMap((name) => {
    if (LEFT_OUT.test(name)) return []
    const path = below === '' ? name : `${below}/${name}`
    const isFolder = ((lstatOr(npm.process.sys, `${npm.root}/${path}`)?.mode ?? 0) & 0o170000) === 0o040000
    return isFolder ? filesIn(npm, path) : [path]
  })
}

async function packed(npm: Npm, { name, version, files, main, bin }: PackageJson): Promise<Packed> {
  if (name === undefined || version === undefined)
    throw new NpmError(undefined, ['Invalid package, must have name and version'])
  const bins = typeof bin === 'string' ? [bin] : Object.values(bin ?? {})
  const named = [...(files ?? []), main ?? '', ...bins].map((each) => each.replace(/^\.\/|\/$|\/?\*+$/g, ''))
  const wanted = (path: string): boolean =>
    files === undefined || ALWAYS.test(path) || named.some((each) => path === each || path.startsWith(`${each}/`))
  const paths = filesIn(npm, '')
    .filter(wanted)
    .toSorted((a, b) => a.localeCompare(b, 'en'))
  const entries = []
  for (const path of paths) entries.push({ path, content: await readFile(npm.process.sys, `${npm.root}/${path}`) })
  const rows = entries.map(({ path, content }) => ({
    name: `package/${path}`,
    content,
    mode: 0o644,
    mtimeMs: Date.UTC(1985, 9, 26, 8, 15),
  }))
  return {
    filename: `${name.replace(/^@/, '').replaceAll('/', '-')}-${version}.tgz`,
    bytes: gzip(writeTar(rows as never)),
    files: entries.map(({ path, content }) => ({ path, size: content.length })),
  }
}

const short = (integrity: string): string => `${integrity.slice(0, 20)}[...]${integrity.slice(-15)}`
const sizeOf = (bytes: number): string => bytesShown(bytes).replace(' ', '')

async function tell(npm: Npm, { name, version }: PackageJson, { filename, bytes, files }: Packed): Promise<void> {
  const shasum = [...new Hash('sha1').update(bytes).digest()].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  await npm.notice(
    '',
    `📦  ${name}@${version}`,
    'Tarball Contents',
    ...files.map(({ path, size }) => `${sizeOf(size)} ${path}`),
    'Tarball Details',
    `name: ${name}`,
    `version: ${version}`,
    `filename: ${filename}`,
    `package size: ${bytesShown(bytes.length)}`,
    `unpacked size: ${bytesShown(files.reduce((sum, { size }) => sum + size, 0))}`,
    `shasum: ${shasum}`,
    `integrity: ${short(`sha512-${encodeBase64(new Hash('sha512').update(bytes).digest())}`)}`,
    `total files: ${files.length}`,
    '',
  )
}

/** npm pack(1) */
export async function pack(npm: Npm): Promise<number> {
  const project = await npm.project()
  const made = await packed(npm, project)
  await tell(npm, project, made)
  const folder = npm.line.value('pack-destination') ?? npm.root
  if (!npm.line.has('dry-run')) await writeFile(npm.process.sys, `${folder}/${made.filename}`, made.bytes, 0o644)
  await npm.say(`${made.filename}\n`)
  return 0
}

/** npm publish(1), as far as one comes without an account. */
export async function publish(npm: Npm): Promise<number> {
  const project = await npm.project()
  await tell(npm, project, await packed(npm, project))
  if (npm.line.has('dry-run')) return 0
  // Who is logged in is asked before whether the package is private.
  throw needsLogin(`This command requires you to be logged in to ${npm.registry.address}`)
}
