// A bundler's plugin: `virtual:node-guest` is the memory of a QuickJS machine that has read the guest side of node, packed.
// Each script starts from it, so that nothing of the guest has to be read again, however large it is.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { QuickJS } from 'quickjs-wasi'
import { resolve } from 'node:path'
import { build } from 'rolldown'

const NAME = 'virtual:node-guest'
/** What `packages/node/src/quickjs/driver.ts` gives the guest; nothing of it may be called before a script starts. */
const HOST_FUNCTIONS = [
  '__call',
  '__answer',
  '__answerBytes',
  '__now',
  '__compile',
  '__defineModule',
  '__promise',
  '__web',
]
const STRIP_SOURCE = 16

export function nodeGuest(root = '.') {
  return {
    name: 'drydock-node-guest',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    async load(id) {
      if (id !== `\0${NAME}`) return null
      const packed = gzipSync(await started(await guestScript(root)), { level: 9 })
      return `export default ${JSON.stringify(packed.toString('base64'))}`
    },
  }
}

async function guestScript(root) {
  const { output } = await build({
    input: `${root}/packages/node/guest/bootstrap.ts`,
    platform: 'browser',
    logLevel: 'silent',
    write: false,
    resolve: {
      mainFields: ['main', 'module'],
      conditionNames: ['require', 'default'],
      alias: {
        events: resolve(root, 'packages/node/guest/events.ts'),
        buffer: 'buffer/index.js',
        string_decoder: 'string_decoder/lib/string_decoder.js',
        url: 'url/url.js',
      },
    },
    output: { format: 'iife', minify: { compress: true, mangle: false, codegen: true } },
  })
  return output[0].code
}

async function started(script) {
  const file = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')
  const wasm = await WebAssembly.compile(readFileSync(file))
  // What compiling leaves behind is another machine's.
  const compiler = await QuickJS.create({ wasm })
  const bytecode = compiler.compile(script, 'node:internal/bootstrap', 0, STRIP_SOURCE)
  compiler.dispose()
  const machine = await QuickJS.create({ wasm, timezoneOffset: 0 })
  const global = machine.getGlobal()
  for (const name of HOST_FUNCTIONS) {
    const handle = machine.newFunction(name, () => {
      throw new Error(`${name} was called before a script started`)
    })
    global.setProp(name, handle)
    handle.dispose()
  }
  global.dispose()
  machine.evalBytecode(bytecode).dispose()
  machine.executePendingJobs()
  return QuickJS.serializeSnapshot(machine.snapshot())
}
