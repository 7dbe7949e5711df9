// A bundler's plugin: what is known of programs when the application is built, so that hosts start and images can be
// described before any program is loaded.
//   virtual:program-rows   the rows of every program, without the programs
//   virtual:program-rooms  which room each of them is in
//   virtual:host-image     the disk of a new host, ready-made
import { importSource } from './bundle.mjs'

const MAKERS = {
  'virtual:program-rows': ({ programsByRoom }) => rowsOf(programsByRoom),
  'virtual:program-rooms': ({ programsByRoom }) =>
    Object.entries(programsByRoom).map(([room, programs]) => [room, programs.map(({ name }) => name).join(' ')]),
  'virtual:host-image': ({ programsByRoom, hostImageTemplate }) => hostImageTemplate(rowsOf(programsByRoom)),
}

function rowsOf(programsByRoom) {
  const rows = Object.entries(programsByRoom).flatMap(([room, programs]) =>
    programs.map(({ name, paths, sizeBytes }) => ({ room, name, paths, ...(sizeBytes ? { sizeBytes } : {}) })),
  )
  const seen = new Set()
  for (const { name } of rows) {
    // A stub that names two would start one of them.
    if (seen.has(name)) throw new Error(`two programs are called ${name}`)
    seen.add(name)
  }
  return rows
}

export function programRows(root = '.') {
  let tables
  return {
    name: 'drydock-program-rows',
    buildStart() {
      tables = undefined
    },
    resolveId: (id) => (id in MAKERS ? `\0${id}` : null),
    async load(id) {
      const make = MAKERS[id.slice(1)]
      if (!make) return null
      tables ??= importSource(`${root}/packages/playground/src/build-tables.ts`)
      return `export default ${JSON.stringify(make(await tables))}`
    },
  }
}
