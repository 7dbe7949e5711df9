import type { FirewallRule } from '@drydock/abi'

type Draft = { -readonly [K in keyof FirewallRule]?: FirewallRule[K] }
type Taker = (draft: Draft, argument: string) => void

const PROTOS = ['tcp', 'udp', 'icmp'] as const
const isChain = (chain: string): chain is FirewallRule['chain'] =>
  ['PREROUTING', 'OUTPUT', 'POSTROUTING', 'FORWARD', 'INPUT'].includes(chain)

const TAKERS: ReadonlyMap<string, Taker> = new Map<string, Taker>([
  ['-s', (draft, text) => (draft.source = text)],
  ['--source', (draft, text) => (draft.source = text)],
  ['-d', (draft, text) => (draft.destination = text)],
  ['--destination', (draft, text) => (draft.destination = text)],
  ['-i', (draft, text) => (draft.inLink = text)],
  ['-o', (draft, text) => (draft.outLink = text)],
  ['--dport', (draft, text) => (draft.destinationPort = Number(text))],
  ['--dst-type', (draft) => (draft.destinationLocal = true)],
  ['-m', () => {}],
  ['--reject-with', () => {}],
  ['--comment', () => {}],
  [
    '-p',
    (draft, text) => {
      const proto = PROTOS.find((each) => each === text)
      if (proto) draft.proto = proto
    },
  ],
])

/** A rule from the words after the chain, or what is wrong with them. */
export function parseRule(chain: string, words: readonly string[]): FirewallRule | string {
  if (!isChain(chain)) return `No chain/target/match by that name.`
  const draft: Draft = {}
  let jump = ''
  let to = ''
  let negated = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '!') {
      negated = true
      continue
    }
    const argument = words[++at]
    if (argument === undefined) return `option "${word}" requires an argument`
    if (word === '-j' || word === '--jump') jump = argument
    else if (word === '--to-destination') to = argument
    else {
      const taker = TAKERS.get(word)
      if (!taker) return `unknown option "${word}"`
      taker(draft, negated ? `!${argument}` : argument)
    }
    negated = false
  }
  const target = targetOf(jump, to)
  if (typeof target === 'string') return target
  return { ...draft, chain, target, comment: `user ${[chain, ...words].join(' ')}` }
}

function targetOf(jump: string, to: string): FirewallRule['target'] | string {
  if (jump === 'DNAT') return to === '' ? 'DNAT: option "--to-destination" must be specified' : { kind: 'DNAT', to }
  if (jump === 'MASQUERADE' || jump === 'ACCEPT' || jump === 'DROP' || jump === 'REJECT') return { kind: jump }
  return `Couldn't load target \`${jump}':No such file or directory`
}
