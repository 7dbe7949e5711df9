// A bundler's plugin: `virtual:npm-mirror` is what the session's registry.npmjs.org hands out. Packages come from this
// repository's own node_modules: the named ones and all that they depend on, each packed as npm does.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, existsSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { importSource } from './bundle.mjs'

const NAME = 'virtual:npm-mirror'
const ROOTS = [
  ...['express', 'cors', 'morgan', 'ejs', 'dotenv', 'uuid', 'semver', 'cookie-parser', 'method-override', 'async'],
  ...['ws', 'socket.io', 'pg', 'mysql2', 'ioredis', 'redis', 'nodemon', 'body-parser', 'debug', 'fastify'],
  ...['lodash', 'chalk', 'commander', 'axios', 'dayjs', 'jsonwebtoken', 'bcryptjs', 'nanoid', 'node-fetch', 'helmet'],
  ...['compression', 'express-session', 'mocha', 'chai', 'mongodb', 'mongoose'],
]
/** Licences that let a package be handed on with its text, which is in its tarball. */
const LICENCES = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'Python-2.0',
])
/** What packages carry that no program needs. */
const LEFT_OUT =
  /(^|\/)(node_modules|test|tests|\.github|coverage|example|examples|docs)(\/|$)|\.(map|ts|mts|cts|flow|bundle\.js|rn\.cjs)$|^dist\/browser\.umd\.js$/

export function npmMirror(root = '.') {
  return {
    name: 'drydock-npm-mirror',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    async load(id) {
      if (id !== `\0${NAME}`) return null
      const { writeTar } = await importSource(`${root}/packages/codec/src/index.ts`)
      return `export default ${JSON.stringify(packagesOf(root).map((folder) => packed(root, folder, writeTar)))}`
    },
  }
}

/** Folders of the named packages and of what they need, each once. */
function packagesOf(root) {
  const found = new Map()
  const visit = (name, from) => {
    const folder = folderOf(name, from)
    if (!folder) throw new Error(`npm mirror: ${name} is not installed`)
    if (found.has(folder)) return
    const { dependencies = {} } = manifestOf(folder)
    found.set(folder, folder)
    for (const each of Object.keys(dependencies)) visit(each, folder)
  }
  for (const name of ROOTS) visit(name, root)
  return [...found.keys()].toSorted()
}

function folderOf(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name)
    if (existsSync(join(folder, 'package.json'))) return folder
    if (at === dirname(at)) return undefined
  }
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

function packed(root, folder, writeTar) {
  const manifest = manifestOf(folder)
  if (!LICENCES.has(manifest.license)) throw new Error(`npm mirror: ${manifest.name} is under ${manifest.license}`)
  const files = filesOf(folder, folder).map((path) => ({
    name: `package/${path}`,
    content: new Uint8Array(readFileSync(join(folder, path))),
    mode: statSync(join(folder, path)).mode & 0o111 ? 0o755 : 0o644,
    mtimeMs: Date.UTC(1985, 9, 26, 8, 15),
  }))
  const tarball = gzipSync(writeTar(files), { level: 9 })
  const { name, version, description, license, main, type, bin, dependencies, engines, exports, funding } = manifest
  return {
    manifest: { name, version, description, license, main, type, bin, dependencies, engines, exports, funding },
    place: relative(root, folder),
    shasum: createHash('sha1').update(tarball).digest('hex'),
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    files: files.length,
    unpackedSize: files.reduce((sum, { content }) => sum + content.length, 0),
    tarball: tarball.toString('base64'),
  }
}

function filesOf(folder, top) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (LEFT_OUT.test(relative(top, path))) return []
      return entry.isDirectory() ? filesOf(path, top) : [relative(top, path)]
    })
    .toSorted()
}
