// A bundler's plugin: `virtual:program-rows` holds the rows of every program without the programs, so that images can be
// described before anything is loaded.
import { importSource } from './bundle.mjs'

const NAME = 'virtual:program-rows'

export function programRows(root = '.') {
  return {
    name: 'drydock-program-rows',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    async load(id) {
      if (id !== `\0${NAME}`) return null
      const { programsByRoom } = await importSource(`${root}/packages/playground/src/all-programs.ts`)
      const rows = Object.entries(programsByRoom).flatMap(([room, programs]) =>
        programs.map(({ name, paths, sizeBytes }) => ({ room, name, paths, ...(sizeBytes ? { sizeBytes } : {}) })),
      )
      return `export default ${JSON.stringify(rows)}`
    },
  }
}
