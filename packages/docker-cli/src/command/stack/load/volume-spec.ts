import { CliError } from '@drydock/cli-plugin'
import type { VolumeEntry } from './compose-format.ts'

const PROPAGATION = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']
type Option = (entry: VolumeEntry) => VolumeEntry
const OPTIONS: ReadonlyMap<string, Option> = new Map<string, Option>([
  ['ro', (entry) => ({ ...entry, read_only: true })],
  ['rw', (entry) => entry],
  ['nocopy', (entry) => ({ ...entry, volume: { nocopy: true } })],
  ...PROPAGATION.map(
    (propagation) => [propagation, (entry: VolumeEntry) => ({ ...entry, bind: { propagation } })] as const,
  ),
])

/** `data:/data:ro`, `./here:/there`, `/anonymous`. A source that is a path is a bind. @throws CliError */
export function parseVolume(spec: string): VolumeEntry {
  if (spec === '') throw new CliError('invalid empty volume spec')
  if (spec.length <= 2) return { type: 'volume', target: spec }
  const parts = spec.split(':')
  if (parts.includes('')) throw new CliError(`invalid spec: ${spec}: empty section between colons`)
  if (parts.length > 3) throw new CliError(`invalid spec: ${spec}: too many colons`)
  const [first = '', second, words = ''] = parts
  if (second === undefined) return { type: 'volume', target: first }
  let entry: VolumeEntry = { type: isPath(first) ? 'bind' : 'volume', source: first, target: second }
  for (const word of words.split(',').filter(Boolean)) entry = OPTIONS.get(word)?.(entry) ?? entry
  return entry
}
const isPath = (source: string): boolean => /^[./~]/.test(source)
