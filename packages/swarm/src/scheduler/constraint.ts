import { SwarmError } from '../problem.ts'
import type { NodeObject } from '../store/objects.ts'

interface Constraint {
  readonly key: string
  readonly equal: boolean
  readonly value: string
}

/** `node.role == manager`, `engine.labels.os!=x`. swarmkit manager/constraint @throws SwarmError */
export function parseConstraint(text: string): Constraint {
  const [, key = '', operator, value = ''] = /^([^=!]*)(==|!=)(.*)$/.exec(text) ?? []
  if (operator === undefined) throw unfit('constraint expected one operator from ==, !=')
  const name = key.trim()
  if (!/^(?:[a-z_])([a-z0-9\-_.]+)$/i.test(name)) throw unfit(`key '${name}' is invalid`)
  const wanted = value.trim()
  if (!/^(?:[a-z0-9:\-_\s.*()?+[\]\\^$|/]+)$/i.test(wanted)) throw unfit(`value '${wanted}' is invalid`)
  return { key: name, equal: operator === '==', value: wanted }
}

const unfit = (message: string): SwarmError => new SwarmError('Unknown', message)

/** Whether a node is fit for tasks with these constraints; what cannot be read is no constraint that fits. */
export function meetsConstraints(node: NodeObject, constraints: readonly string[] | null | undefined): boolean {
  return (constraints ?? []).every((text) => meets(node, parseConstraint(text)))
}

type Reader = (node: NodeObject) => string | undefined

const READERS: Readonly<Record<string, Reader>> = {
  'node.id': ({ ID }) => ID,
  'node.hostname': ({ Description }) => Description.Hostname ?? '',
  'node.ip': ({ Status }) => Status.Addr ?? '',
  'node.role': ({ Spec }) => Spec.Role ?? 'worker',
  'node.platform.os': ({ Description }) => Description.Platform?.OS ?? '',
  'node.platform.arch': ({ Description }) => architecture(Description.Platform?.Architecture ?? ''),
}
const LABELS: readonly (readonly [string, (node: NodeObject) => Record<string, string> | null | undefined])[] = [
  ['node.labels.', ({ Spec }) => Spec.Labels],
  ['engine.labels.', ({ Description }) => Description.Engine?.Labels],
]

function meets(node: NodeObject, { key, equal, value }: Constraint): boolean {
  const label = LABELS.find(([prefix]) => key.toLowerCase().startsWith(prefix))
  const read = READERS[key.toLowerCase()]
  if (!label && !read) return false
  const actual = label ? label[1](node)?.[key.slice(label[0].length)] : read?.(node)
  const wanted = key.toLowerCase() === 'node.platform.arch' ? architecture(value) : value
  const same = actual !== undefined && (key === 'node.ip' ? inRange(actual, wanted) : sameWord(key, actual, wanted))
  return same === equal
}

/** Ids, names and roles are the same in capitals; labels are, too, as swarmkit compares. */
const sameWord = (_key: string, actual: string, wanted: string): boolean =>
  actual.toLowerCase() === wanted.toLowerCase()

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' }
export const architecture = (name: string): string => ARCHITECTURES[name.toLowerCase()] ?? name.toLowerCase()

/** An address, or one of a prefix. */
function inRange(address: string, wanted: string): boolean {
  const [network = '', bits] = wanted.split('/')
  if (bits === undefined) return address === network
  const size = 2 ** (32 - Number(bits))
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(network) / size)
}
const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
