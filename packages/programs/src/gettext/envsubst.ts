import { defineProgram, flag, type ProgramContext, readAll } from '@drydock/libc'
import { decodeText } from '../text/encoding.ts'

const REFERENCE = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g

const options = { variables: flag('v', 'variables'), help: flag('h'), version: flag('V', 'version') }

/** Names that a text refers to, in its order. */
const namesIn = (text: string): string[] =>
  [...text.matchAll(REFERENCE)].map(([, bare, braced]) => bare ?? braced ?? '')

function substitute(text: string, env: ReadonlyMap<string, string>, wanted: ReadonlySet<string> | undefined): string {
  return text.replace(REFERENCE, (all, bare?: string, braced?: string) => {
    const name = bare ?? braced ?? ''
    return wanted && !wanted.has(name) ? all : (env.get(name) ?? '')
  })
}

async function main({ sys, io, env, options: o, operands, fail }: ProgramContext<typeof options>): Promise<number> {
  const [format] = operands
  if (o.version) {
    await io.print('envsubst (GNU gettext-runtime) 0.21\n')
    return 0
  }
  if (operands.length > 1) {
    await fail('too many arguments')
    return 1
  }
  if (o.variables) {
    if (format === undefined) {
      await fail('missing arguments')
      return 1
    }
    await io.print(
      namesIn(format)
        .map((name) => `${name}\n`)
        .join(''),
    )
    return 0
  }
  const text = decodeText(await readAll(sys, 0))
  await io.print(substitute(text, env, format === undefined ? undefined : new Set(namesIn(format))))
  return 0
}

/** envsubst: substitutes the values of environment variables. GNU gettext 0.21. */
export const envsubst = defineProgram({
  name: 'gettext/envsubst',
  paths: ['/usr/bin/envsubst'],
  covers: 'full',
  summary: 'substitutes the values of environment variables',
  usage: 'envsubst [OPTION] [SHELL-FORMAT]',
  sizeBytes: 39_256,
  options,
  main,
})
