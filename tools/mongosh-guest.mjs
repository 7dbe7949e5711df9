// A bundler's plugin: `virtual:mongosh` is the text of the shell's script, as one file for node.
import { resolve } from 'node:path'
import { build } from 'rolldown'

const NAME = 'virtual:mongosh'

export function mongoshGuest(root = '.') {
  return {
    name: 'drydock-mongosh',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    async load(id) {
      if (id !== `\0${NAME}`) return null
      const { output } = await build({
        input: `${root}/packages/mongo/guest/mongosh.ts`,
        platform: 'node',
        logLevel: 'silent',
        write: false,
        resolve: { alias: { bson: resolve(root, 'node_modules/bson/lib/bson.cjs') } },
        output: { format: 'cjs', minify: { compress: true, mangle: false, codegen: true } },
      })
      return `export default ${JSON.stringify(output[0].code)}`
    },
  }
}
