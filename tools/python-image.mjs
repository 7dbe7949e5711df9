// CPython as it is when it has started: the standard library compiled, so that no module has to be at its import, and the
// memory of an interpreter that has done all that comes before a script. Made once for a version of Pyodide and kept in
// node_modules/.cache; without it Python starts the long way.
//
//   node tools/python-image.mjs
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

const PACKAGE = join('node_modules', 'pyodide')
const LIBRARY = 'python_stdlib.zip'
const SNAPSHOT = 'snapshot.bin.gz'
const WHEELS = join('node_modules', '.cache', 'drydock-wheels')
/** What `packages/python/src/pyodide/guest.ts` begins with. */
const IMPORTS = `import sys, os, io, json, types, builtins, subprocess, socket, select, threading, signal, time, linecache
import asyncio.events, runpy, importlib.util`

/** The folder with the two files, relative to the root of the repository; undefined while they are not made. */
export function pythonImage(root = '.') {
  const { version } = JSON.parse(readFileSync(join(root, PACKAGE, 'package.json'), 'utf8'))
  const folder = join(root, 'node_modules', '.cache', `drydock-python-${version}`)
  return { folder, made: [LIBRARY, SNAPSHOT].every((name) => existsSync(join(folder, name))) }
}

/** A wheel with all its modules compiled, if it was; else as it was fetched. */
export function compiledWheel(file, root = '.') {
  const made = join(pythonImage(root).folder, file)
  return existsSync(made) ? made : join(root, WHEELS, file)
}

const wheelsToCompile = () =>
  existsSync(WHEELS)
    ? readdirSync(WHEELS).filter((file) => file.endsWith('.whl') && !existsSync(join(pythonImage().folder, file)))
    : []

export function ensurePythonImage() {
  if (pythonImage().made && wheelsToCompile().length === 0) return
  console.log('Starting CPython once, to keep what it is then…')
  const { status, stderr } = spawnSync('node', [fileURLToPath(import.meta.url)], { encoding: 'utf8', timeout: 120_000 })
  if (status !== 0) console.warn(`Python will start slowly: ${stderr}`)
}

/** Beside each module stands what it compiles to, which is never checked against its source. PEP 552 */
const COMPILE = `
import importlib._bootstrap_external as external, zipfile
source = zipfile.ZipFile('/lib/python314.zip')
with zipfile.ZipFile('/tmp/library.zip', 'w') as target:
    for info in source.infolist():
        if info.is_dir():
            continue
        text = source.read(info)
        target.writestr(info, text, zipfile.ZIP_DEFLATED, 9)
        if not info.filename.endswith('.py'):
            continue
        code = compile(text, '/lib/python314.zip/' + info.filename, 'exec', dont_inherit=True)
        compiled = external._code_to_hash_pyc(code, bytes(8), False)
        target.writestr(zipfile.ZipInfo(info.filename + 'c', info.date_time), bytes(compiled), zipfile.ZIP_DEFLATED, 9)
`

/** Compiled modules lie where pip would have put them, and are in the list of what it installed. PEP 3147 */
const COMPILE_WHEEL = `
import importlib._bootstrap_external as external, zipfile
source = zipfile.ZipFile('/tmp/source.whl')
with zipfile.ZipFile('/tmp/target.whl', 'w', zipfile.ZIP_DEFLATED) as target:
    made = []
    for info in source.infolist():
        text = source.read(info)
        if info.filename.endswith('.py'):
            folder, _, name = info.filename.rpartition('/')
            path = (folder + '/' if folder else '') + '__pycache__/' + name[:-3] + '.cpython-314.pyc'
            code = compile(text, info.filename, 'exec', dont_inherit=True)
            compiled = external._code_to_hash_pyc(code, bytes(8), False)
            target.writestr(zipfile.ZipInfo(path, info.date_time), bytes(compiled), zipfile.ZIP_DEFLATED, 9)
            made.append(path)
        if not info.filename.endswith('.dist-info/RECORD'):
            target.writestr(info, text, zipfile.ZIP_DEFLATED, 9)
    record = next(name for name in source.namelist() if name.endswith('.dist-info/RECORD'))
    target.writestr(record, source.read(record).decode() + ''.join(f'{path},,\\n' for path in made))
`

async function make() {
  const { folder, made } = pythonImage()
  mkdirSync(folder, { recursive: true })
  const { loadPyodide } = await import(pathToFileURL(join(PACKAGE, 'pyodide.mjs')).href)
  const indexURL = `${PACKAGE}/`
  const library = join(folder, LIBRARY)
  const compiler = await loadPyodide({ indexURL, ...(made && { stdLibURL: library }) })
  for (const file of wheelsToCompile()) {
    compiler.FS.writeFile('/tmp/source.whl', readFileSync(join(WHEELS, file)))
    compiler.runPython(COMPILE_WHEEL)
    put(join(folder, file), compiler.FS.readFile('/tmp/target.whl'))
  }
  if (made) return
  compiler.runPython(COMPILE)
  put(library, compiler.FS.readFile('/tmp/library.zip'))
  const started = await loadPyodide({ indexURL, stdLibURL: library, _makeSnapshot: true })
  started.runPython(IMPORTS)
  put(join(folder, SNAPSHOT), gzipSync(started.makeMemorySnapshot(), { level: 9 }))
}

/** Whoever looks meanwhile sees all of it or nothing. */
function put(file, bytes) {
  writeFileSync(`${file}.new`, bytes)
  renameSync(`${file}.new`, file)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await make()
