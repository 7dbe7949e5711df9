// A bundler's plugin: `virtual:python-wheels` is what the session's pypi.org hands out. Wheels are fetched once, when the
// packages are installed, by pip, or made of Debian's packages; they are kept in node_modules/.cache and are no part of
// the repository. Where neither is to be had the index is empty, and whoever installs is told.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { compiledWheel } from './python-image.mjs'

const NAME = 'virtual:python-wheels'
const WANTED = {
  flask: '3.1.3',
  werkzeug: '3.1.9',
  jinja2: '3.1.6',
  click: '8.5.0',
  itsdangerous: '2.2.0',
  blinker: '1.9.0',
  markupsafe: undefined,
  redis: '8.1.0',
  requests: '2.34.2',
  urllib3: '2.8.0',
  idna: '3.20',
  certifi: '2026.7.22',
  'charset-normalizer': undefined,
  beautifulsoup4: '4.15.0',
  soupsieve: '2.10',
  'typing-extensions': '4.16.0',
  pymysql: '1.2.3',
  'python-dotenv': '1.2.4',
}
/** Does not ask again before. */
const ASK_AGAIN_MS = 24 * 3600 * 1000
/** Whoever starts a playground should not wait for wheels that do not come. */
const LIMIT_MS = 30_000

export function pythonWheels(root = '.') {
  return {
    name: 'drydock-python-wheels',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null
      const folder = folderOf(root)
      const wheels = wheelsIn(folder).map((file) => {
        const bytes = readFileSync(compiledWheel(file, root))
        return {
          file,
          sha256: createHash('sha256').update(bytes).digest('hex'),
          bytes: bytes.toString('base64'),
        }
      })
      return `export default ${JSON.stringify(wheels)}`
    },
  }
}

/** Whether a project was fetched. */
export const haveWheel = (name, root = '.') => wheelsIn(folderOf(root)).some((file) => projectOf(file) === name)

const projectOf = (file) => file.split('-')[0].toLowerCase().replaceAll('_', '-')

/** Fetches what is missing; asks once a day and not for longer than `LIMIT_MS`. */
export function ensureWheels(root = '.') {
  const folder = folderOf(root)
  const asked = join(folder, 'asked')
  const recently = existsSync(asked) && Date.now() - statSync(asked).mtimeMs < ASK_AGAIN_MS
  const missing = () => {
    const have = new Set(wheelsIn(folder).map(projectOf))
    return Object.keys(WANTED).filter((name) => !have.has(name))
  }
  if (missing().length === 0 || recently) return
  console.log('Fetching Python packages for the session’s own index…')
  const until = Date.now() + LIMIT_MS
  byPip(
    missing().filter((name) => WANTED[name]),
    folder,
  )
  for (const name of missing()) if (Date.now() < until) byDebian(name, folder)
  writeFileSync(asked, '')
  if (missing().length > 0)
    console.warn(`pip install will not find ${missing().join(', ')}: neither pip nor apt-get could fetch them here`)
}

function folderOf(root) {
  const folder = join(root, 'node_modules', '.cache', 'drydock-wheels')
  mkdirSync(folder, { recursive: true })
  return folder
}

const wheelsIn = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('-none-any.whl'))
    .toSorted()

/** Pure wheels as they are on the index of this machine. */
function byPip(names, folder) {
  const words = [
    'download',
    '-q',
    '--retries',
    '0',
    '--timeout',
    '15',
    '--no-deps',
    '--only-binary',
    ':all:',
    '-d',
    folder,
  ]
  const wanted = names.map((name) => `${name}==${WANTED[name]}`)
  if (names.length > 0) spawnSync('pip', [...words, ...wanted], { stdio: 'ignore', timeout: LIMIT_MS })
}

/** What a package of Debian installs, without its native parts (both fall back to Python), as a wheel. */
function byDebian(name, folder) {
  const work = mkdtempSync(join(tmpdir(), 'drydock-deb-'))
  try {
    const how = { cwd: work, stdio: 'ignore', timeout: LIMIT_MS }
    const got = spawnSync('apt-get', ['download', '-q', `python3-${name}`], how)
    const deb = readdirSync(work).find((file) => file.endsWith('.deb'))
    if (got.status !== 0 || !deb) return
    execFileSync('dpkg-deb', ['-x', deb, 'root'], { cwd: work })
    const wheel = wheelOf(join(work, 'root', 'usr', 'lib', 'python3', 'dist-packages'), name)
    if (wheel) writeFileSync(join(folder, wheel.file), wheel.bytes)
  } catch (error) {
    console.warn(`no wheel of ${name}: ${error.message}`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function wheelOf(site, name) {
  const info = readdirSync(site).find((entry) => /\.(dist|egg)-info$/.test(entry))
  if (!info) return undefined
  const metadata = ['METADATA', 'PKG-INFO'].map((file) => join(site, info, file)).find((file) => existsSync(file))
  const text = readFileSync(metadata, 'utf8')
  const version = /^Version: (.+)$/m.exec(text)[1].trim()
  const project = name.replaceAll('-', '_')
  const home = `${project}-${version}.dist-info`
  const files = filesOf(site, site).filter(
    (path) => !path.startsWith(info) && !path.endsWith('.so') && !path.endsWith('.pyc'),
  )
  const entries = files.map((path) => [path, readFileSync(join(site, path))])
  entries.push([`${home}/METADATA`, Buffer.from(text)])
  entries.push([
    `${home}/WHEEL`,
    Buffer.from('Wheel-Version: 1.0\nGenerator: drydock\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
  ])
  const record = entries.map(([path, bytes]) => {
    const hash = createHash('sha256').update(bytes).digest('base64url')
    return `${path},sha256=${hash},${bytes.length}`
  })
  entries.push([`${home}/RECORD`, Buffer.from(`${[...record, `${home}/RECORD,,`].join('\n')}\n`)])
  return { file: `${project}-${version}-py3-none-any.whl`, bytes: zip(entries) }
}

const filesOf = (folder, top) =>
  readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesOf(path, top) : [relative(top, path)]
    })
    .toSorted()

/** A zip archive. PKWARE APPNOTE.TXT sections 4.3.7, 4.3.12, 4.3.16 */
function zip(entries) {
  const [locals, central] = [[], []]
  let at = 0
  for (const [path, bytes] of entries) {
    const name = Buffer.from(path)
    const packed = deflateRawSync(bytes)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt16LE(0x21, 8)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(bytes.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    locals.push(Buffer.from('PK\x03\x04'), fields, name, packed)
    central.push(Buffer.from('PK\x01\x02\x14\x00'), fields, tail, name)
    at += 30 + name.length + packed.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})
function crc32(bytes) {
  let c = 0xffffffff
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 255] ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}
