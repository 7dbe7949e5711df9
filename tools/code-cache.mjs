// Code that need not be compiled again: beside each script of a bundle lies what V8 made of it, of every function in it, as
// a browser keeps it for what a Service Worker has stored. A command that is over in half a second would else spend a
// third of that on compiling what it runs once.
//
//   node tools/code-cache.mjs SCRIPT...     makes the caches of scripts
import { readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

/**
 * Commands are over in a second or less: half of the processor time of one went into V8's optimizing compiler, most of
 * that into functions it had drawn into others. Loops that go on for long are as fast with little of that, and without a
 * copy of their first turn before them. The number is of bytes of bytecode; V8's own limit is 920. Garbage is young: room
 * for it grows to its full size at once, and the little that is left of it is not worth waking other threads.
 */
const FLAGS = [
  '--max-inlined-bytecode-size-cumulative=50',
  '--no-turbo-loop-peeling',
  '--semi-space-growth-factor=16',
  '--no-parallel-scavenge',
]
const PARAMETERS = 'exports,require,module,__filename,__dirname'

/** Sets V8's flags for a bundle. A cache is good for the flags, and the V8, that it was made with, and else passed over. */
function setFlags() {
  for (const flag of FLAGS) setFlagsFromString(flag)
}

/** @param cachedData undefined for a script without a cache */
const compile = (file, cachedData) =>
  new Script(`(function(${PARAMETERS}){'use strict';${readFileSync(file, 'utf8')}\n})`, { filename: file, cachedData })

const cacheOf = (file) => `${file}.cache`

/**
 * Loads a script of a bundle, and what it requires of the bundle, from their caches where there are such.
 * @param {string} entry a file that `cacheCode` has seen
 * @returns {any} what it exports
 */
export function loadCached(entry) {
  setFlags()
  const modules = new Map()
  const load = (file) => {
    const known = modules.get(file)
    if (known) return known.exports
    const module = { exports: {} }
    modules.set(file, module)
    const outside = createRequire(file)
    const require = (name) => (name.startsWith('.') ? load(resolve(dirname(file), name)) : outside(name))
    compile(file, readIfThere(cacheOf(file))).runInThisContext()(module.exports, require, module, file, dirname(file))
    return module.exports
  }
  return load(entry)
}

function readIfThere(file) {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

/** Compiles every function of a script, also those that V8 would leave until they are called. */
function cacheCode(file) {
  setFlagsFromString('--no-lazy')
  const script = compile(file)
  setFlagsFromString('--lazy')
  const unfinished = `${cacheOf(file)}.${process.pid}`
  writeFileSync(unfinished, script.createCachedData())
  renameSync(unfinished, cacheOf(file))
}

// A process of its own, in which nothing else has set flags.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  setFlags()
  for (const file of process.argv.slice(2)) cacheCode(file)
}
