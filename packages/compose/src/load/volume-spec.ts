import { ComposeError, type Mapping, type Tree } from '@drydock/cli-plugin/compose-file'

/** The short form of a mount: `[SOURCE:]TARGET[:OPTIONS]`. */
const PROPAGATIONS: ReadonlySet<string> = new Set(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'])
const SELINUX: ReadonlySet<string> = new Set(['z', 'Z'])

/** @throws ComposeError */
export function parseVolumeSpec(spec: string): Mapping {
  if (spec === '') throw new ComposeError('invalid empty volume spec')
  if (spec.length <= 2)
    return new Map<string, Tree>([
      ['type', 'volume'],
      ['target', spec],
    ])
  const parts = splitSpec(spec)
  if (parts.some((part) => part === '')) throw new ComposeError(`invalid spec: ${spec}: empty section between colons`)
  if (parts.length > 3) throw new ComposeError(`invalid spec: ${spec}: too many colons`)
  const [first = '', second, options = ''] = parts
  const [source, target] = second === undefined ? ['', first] : [first, second]
  return describe(source, cleanPath(target), options.split(','))
}

function describe(source: string, target: string, options: readonly string[]): Mapping {
  const mount: Mapping = new Map()
  const isBind = /^[./~]|^\\\\|^[a-zA-Z]:/.test(source)
  mount.set('type', isBind ? 'bind' : 'volume')
  if (source !== '') mount.set('source', source)
  mount.set('target', target)
  if (options.includes('ro')) mount.set('read_only', true)
  const bind: Mapping = new Map()
  for (const option of options) {
    if (PROPAGATIONS.has(option)) bind.set('propagation', option)
    if (SELINUX.has(option)) bind.set('selinux', option)
  }
  if (isBind) mount.set('bind', bind.set('create_host_path', true))
  else {
    if (bind.size > 0) mount.set('bind', bind)
    mount.set('volume', new Map<string, Tree>(options.includes('nocopy') ? [['nocopy', true]] : []))
  }
  return mount
}

/** Parts between colons; those of `${A:-b}` and of a drive are none. */
function splitSpec(spec: string): string[] {
  const parts: string[] = []
  let part = ''
  let depth = 0
  for (let i = 0; i < spec.length; i++) {
    const char = spec.charAt(i)
    if (char === '$' && spec.charAt(i + 1) === '{') depth++
    if (char === '}' && depth > 0) depth--
    if (char === ':' && depth === 0 && !/^[a-zA-Z]$/.test(part)) {
      parts.push(part)
      part = ''
    } else part += char
  }
  return [...parts, part]
}

/** Go's path.Clean. */
export function cleanPath(path: string): string {
  if (path === '') return ''
  const absolute = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!absolute) kept.push('..')
  }
  return `${absolute ? '/' : ''}${kept.join('/')}` || '.'
}
