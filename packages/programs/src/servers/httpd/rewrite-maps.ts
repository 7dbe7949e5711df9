import { isErrno } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { type Exchange, inRoot } from './exchange.ts'

const INTERNAL: Readonly<Record<string, (key: string) => string>> = {
  toupper: (key) => key.toUpperCase(),
  tolower: (key) => key.toLowerCase(),
  escape: (key) => encodeURIComponent(key).replaceAll('%2F', '/'),
  unescape: (key) => {
    try {
      return decodeURIComponent(key)
    } catch {
      return key
    }
  },
}

/** RewriteMap: what a map says of a key; undefined when nothing. Programs and data bases are none of those here. */
export async function mapped(exchange: Exchange, name: string, key: string): Promise<string | undefined> {
  const { context, server } = exchange
  const [, source = ''] =
    [...context.config.main.layer.all('rewritemap'), ...server.layer.all('rewritemap')].findLast(
      ({ args }) => args[0] === name,
    )?.args ?? []
  const [, kind = 'txt', path = ''] = /^(txt|rnd|int):(.*)$/.exec(source) ?? []
  if (kind === 'int') return INTERNAL[path]?.(key)
  const value = await lookUp(exchange, path, key)
  if (kind !== 'rnd' || value === undefined) return value
  const choices = value.split('|')
  return choices[(context.sys.entropy.bytes(1)[0] ?? 0) % choices.length]
}

async function lookUp({ context }: Exchange, path: string, key: string): Promise<string | undefined> {
  try {
    const text = await readTextFile(context.sys, inRoot(context, path))
    const lines = text.split('\n').filter((line) => !line.startsWith('#'))
    return lines.map((line) => line.trim().split(/\s+/)).find(([word]) => word === key)?.[1]
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
