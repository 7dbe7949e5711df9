import { isErrno } from '@drydock/abi'
import { defineProgram, flag, readAll, readFile } from '@drydock/libc'
import { decodeText } from '../text/encoding.ts'
import { isTerminal } from '../text/terminal.ts'
import { JqError, JqSyntaxError, type Filter, type Json } from './ast.ts'
import { truthy } from './access.ts'
import { evaluate } from './evaluate.ts'
import { documents, isObject } from './json.ts'
import { parseJq } from './parser.ts'

const sortKeys = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(sortKeys)
  return isObject(value)
    ? Object.fromEntries(
        Object.keys(value)
          .sort()
          .map((key) => [key, sortKeys(value[key] ?? null)]),
      )
    : value
}

/** `--arg name text` and `--argjson name json`, which take two words: read before the options. */
function takeArguments(words: readonly string[]): { scope: Map<string, Json>; rest: string[] } {
  const scope = new Map<string, Json>()
  const rest: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '--arg' || word === '--argjson') {
      const value = words[i + 2] ?? ''
      scope.set(words[i + 1] ?? '', word === '--arg' ? value : (JSON.parse(value) as Json))
      i += 2
    } else rest.push(word)
  }
  return { scope, rest }
}

const program = (scope: ReadonlyMap<string, Json>) =>
  defineProgram({
    name: 'jq/jq',
    paths: ['/usr/bin/jq'],
    covers: 'partial',
    lacks: ['def, foreach, label, path functions, del, dates, streaming, colours', 'numbers beyond double precision'],
    summary: 'command-line JSON processor',
    sizeBytes: 30_808,
    usage: 'jq [OPTIONS] FILTER [FILE...]',
    usageStatus: 2,
    options: {
      raw: flag('r', 'raw-output'),
      join: flag('j', 'join-output'),
      compact: flag('c', 'compact-output'),
      slurp: flag('s', 'slurp'),
      nothing: flag('n', 'null-input'),
      rawInput: flag('R', 'raw-input'),
      sort: flag('S', 'sort-keys'),
      status: flag('e', 'exit-status'),
      tab: flag('', 'tab'),
      mono: flag('M', 'monochrome-output'),
      color: flag('C', 'color-output'),
      version: flag('V', 'version'),
    },
    async main({ options: o, operands, sys, io, env }) {
      if (o.version) {
        await io.print('jq-1.7.1\n')
        return 0
      }
      const [source = isTerminal(sys, 0) ? undefined : '.', ...files] = operands
      if (source === undefined) {
        await io.warn('Usage:\tjq [OPTIONS] FILTER [FILE...]\n')
        return 2
      }
      let filter: Filter
      try {
        filter = parseJq(source)
      } catch (error) {
        if (!(error instanceof JqSyntaxError)) throw error
        await io.warn(`jq: error: ${error.message} at <top-level>, line 1:\n${source}\njq: 1 compile error\n`)
        return 3
      }
      let status = 0
      let input = ''
      if (!o.nothing && files.length === 0) input = decodeText(await readAll(sys, 0))
      for (const path of o.nothing ? [] : files)
        try {
          input += decodeText(await readFile(sys, path))
        } catch (error) {
          if (!isErrno(error)) throw error
          await io.warn(`jq: error: Could not open ${path}: ${error.message}\n`)
          status = 2
        }
      const variables = new Map(scope).set('ENV', Object.fromEntries(env))
      const inputs = o.rawInput
        ? o.slurp
          ? [input]
          : input.split('\n').filter((line, i, all) => line !== '' || i < all.length - 1)
        : documents(input)
      let last: Json = null
      try {
        for (const value of o.nothing ? [null] : o.slurp && !o.rawInput ? [Array.from(inputs)] : inputs)
          try {
            for (const result of evaluate(filter, value, variables)) {
              last = result
              const plain = typeof result === 'string' && o.raw + o.join > 0
              const text = plain
                ? result
                : JSON.stringify(
                    o.sort ? sortKeys(result) : result,
                    undefined,
                    o.compact ? undefined : o.tab ? '\t' : 2,
                  )
              await io.print(o.join ? text : `${text}\n`)
              const pause = sys.tick()
              if (pause) await pause
            }
          } catch (error) {
            if (!(error instanceof JqError)) throw error
            await io.warn(`jq: error (at ${files[0] ?? '<stdin>'}:0): ${error.message}\n`)
            status = 5
          }
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        await io.warn(`jq: parse error: ${error.message}\n`)
        return 2
      }
      return status || (o.status && !truthy(last) ? 1 : 0)
    },
  })

/** jq: filters JSON. jq(1), version 1.7. */
export const jq = {
  ...program(new Map()),
  main: (process: Parameters<ReturnType<typeof program>['main']>[0]) => {
    const { scope, rest } = takeArguments(process.argv.slice(1))
    return program(scope).main({ sys: process.sys, env: process.env, argv: [process.argv[0] ?? 'jq', ...rest] })
  },
}
