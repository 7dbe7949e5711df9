import type { Mount } from '@drydock/docker-api'
import { CliError, parseBytes } from '@drydock/cli-plugin'
import { toRecord } from './key-value-file.ts'
import { csvPairs } from './container-checks.ts'

/** `-v`: with a source it is a bind (or a named volume), alone it is an anonymous volume. */
export function parseVolumes(
  specs: readonly string[],
  cwd: string,
): { binds: string[] | null; volumes: Record<string, object> } {
  const binds: string[] = []
  const volumes: Record<string, object> = {}
  for (const spec of specs) {
    if (spec === '') throw new CliError('invalid empty volume spec')
    const parts = spec.length <= 2 ? [spec] : partsOf(spec)
    const [source = '', ...rest] = parts
    if (rest.length === 0) volumes[spec] = {}
    else binds.push([/^\.{1,2}(\/|$)/.test(source) ? absolute(source, cwd) : source, ...rest].join(':'))
  }
  return { binds: binds.length > 0 ? binds : null, volumes }
}

/** A letter and a colon are the beginning of a path of Windows. compose loader.ParseVolume */
function partsOf(spec: string): string[] {
  const parts = Array.from(spec.matchAll(/(?<![^:])(?:[A-Za-z]:)?[^:]*/g), ([part]) => part)
  if (parts.includes('')) throw new CliError(`invalid spec: ${spec}: empty section between colons`)
  if (parts.length > 3) throw new CliError(`invalid spec: ${spec}: too many colons`)
  return parts
}

/** The path without `.` and `..`. */
export function absolute(path: string, cwd: string): string {
  const names: string[] = []
  for (const name of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return `/${names.join('/')}`
}

type Pairs = readonly (readonly [string, string | undefined])[]
const one = (pairs: Pairs, ...keys: string[]): string | undefined => pairs.findLast(([key]) => keys.includes(key))?.[1]
const many = (pairs: Pairs, key: string): string[] =>
  pairs.filter(([each]) => each === key).map(([, value]) => value ?? '')
const isOn = (pairs: Pairs, ...keys: string[]): boolean => {
  const found = pairs.findLast(([key]) => keys.includes(key))
  return found !== undefined && (found[1] === undefined || ['true', '1'].includes(found[1]))
}

/** One `--mount`; its fields were checked when the flag was read. */
export function parseMount(text: string, cwd: string): Mount {
  const pairs = csvPairs(text)
  const type = one(pairs, 'type')?.toLowerCase() ?? 'volume'
  const source = one(pairs, 'source', 'src')
  const fromHost = type === 'bind' && source !== undefined && /^\.{1,2}(\/|$)/.test(source)
  return {
    Type: type,
    ...(source ? { Source: fromHost ? absolute(source, cwd) : source } : {}),
    Target: one(pairs, 'target', 'dst', 'destination') ?? '',
    ...(isOn(pairs, 'readonly', 'ro') ? { ReadOnly: true } : {}),
    ...(one(pairs, 'consistency') ? { Consistency: one(pairs, 'consistency') ?? '' } : {}),
    ...bindOptions(pairs),
    ...volumeOptions(pairs),
    ...tmpfsOptions(pairs),
    ...(one(pairs, 'image-subpath') ? { ImageOptions: { Subpath: one(pairs, 'image-subpath') ?? '' } } : {}),
  }
}

function bindOptions(pairs: Pairs): Pick<Mount, 'BindOptions'> {
  const options = {
    ...(one(pairs, 'bind-propagation') ? { Propagation: one(pairs, 'bind-propagation') ?? '' } : {}),
    ...(isOn(pairs, 'bind-nonrecursive') || one(pairs, 'bind-recursive') === 'disabled' ? { NonRecursive: true } : {}),
    ...(isOn(pairs, 'bind-create-src') ? { CreateMountpoint: true } : {}),
  }
  return Object.keys(options).length > 0 ? { BindOptions: options } : {}
}

function volumeOptions(pairs: Pairs): Pick<Mount, 'VolumeOptions'> {
  const labels = many(pairs, 'volume-label')
  const driverOptions = many(pairs, 'volume-opt')
  const driver = one(pairs, 'volume-driver')
  const driverConfig = {
    ...(driver ? { Name: driver } : {}),
    ...(driverOptions.length > 0 ? { Options: toRecord(driverOptions) } : {}),
  }
  const options = {
    ...(isOn(pairs, 'volume-nocopy') ? { NoCopy: true } : {}),
    ...(labels.length > 0 ? { Labels: toRecord(labels) } : {}),
    ...(one(pairs, 'volume-subpath') ? { Subpath: one(pairs, 'volume-subpath') ?? '' } : {}),
    ...(Object.keys(driverConfig).length > 0 ? { DriverConfig: driverConfig } : {}),
  }
  return Object.keys(options).length > 0 ? { VolumeOptions: options } : {}
}

function tmpfsOptions(pairs: Pairs): Pick<Mount, 'TmpfsOptions'> {
  const [size, mode] = [one(pairs, 'tmpfs-size'), one(pairs, 'tmpfs-mode')]
  const options = {
    ...(size ? { SizeBytes: parseBytes(size) } : {}),
    ...(mode ? { Mode: Number.parseInt(mode, 8) } : {}),
  }
  return Object.keys(options).length > 0 ? { TmpfsOptions: options } : {}
}
