import { type ProgramContext, value, flag } from '@drydock/libc'
import { parseSize } from './words.ts'

export const OPTIONS = {
  server: flag('s', 'server'),
  client: value('c', 'client'),
  port: value('p', 'port'),
  time: value('t', 'time'),
  bytes: value('n', 'bytes'),
  parallel: value('P', 'parallel'),
  reverse: flag('R', 'reverse'),
  interval: value('i', 'interval'),
  length: value('l', 'length'),
  format: value('f', 'format'),
  json: flag('J', 'json'),
  oneOff: flag('1', 'one-off'),
  ipv4: flag('4', 'version4'),
  flush: flag('', 'forceflush'),
  version: flag('v', 'version'),
  udp: flag('u', 'udp'),
  bidirectional: flag('', 'bidir'),
} as const
export type Context = ProgramContext<typeof OPTIONS>

export const DEFAULT_PORT = 5201
const DEFAULT_SECONDS = 10
const BLOCK_BYTES = 131_072

export interface Settings {
  readonly port: number
  readonly seconds: number
  /** Instead of a time. */
  readonly bytes: number | undefined
  readonly parallel: number
  readonly reverse: boolean
  readonly intervalMs: number
  readonly blockBytes: number
  readonly format: string
  readonly json: boolean
}

export function settingsOf({ options: o }: Context): Settings {
  return {
    port: Number(o.port ?? DEFAULT_PORT),
    seconds: Number(o.time ?? DEFAULT_SECONDS),
    bytes: o.bytes === undefined ? undefined : parseSize(o.bytes),
    parallel: Number(o.parallel ?? 1),
    reverse: o.reverse > 0,
    intervalMs: Number(o.interval ?? 1) * 1000 || Number.POSITIVE_INFINITY,
    blockBytes: o.length === undefined ? BLOCK_BYTES : parseSize(o.length),
    format: (o.format ?? 'a').toLowerCase(),
    json: o.json > 0,
  }
}
