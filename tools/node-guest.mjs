// A bundler's plugin: `virtual:node-guest` is the guest side of node as the text of one script.
import { build } from 'rolldown'

const NAME = 'virtual:node-guest'

export function nodeGuest(root = '.') {
  return {
    name: 'drydock-node-guest',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    async load(id) {
      if (id !== `\0${NAME}`) return null
      const { output } = await build({
        input: `${root}/packages/node/guest/bootstrap.ts`,
        platform: 'browser',
        logLevel: 'silent',
        write: false,
        resolve: {
          mainFields: ['main', 'module'],
          conditionNames: ['require', 'default'],
          alias: {
            events: 'events/events.js',
            buffer: 'buffer/index.js',
            string_decoder: 'string_decoder/lib/string_decoder.js',
            url: 'url/url.js',
          },
        },
        output: { format: 'iife', minify: process.env.DRYDOCK_DEBUG === undefined },
      })
      return `export default ${JSON.stringify(output[0].code)}`
    },
  }
}
