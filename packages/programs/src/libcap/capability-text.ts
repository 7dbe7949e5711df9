import { CAPABILITIES, type CapabilitySets, hasCapability } from '@drydock/abi'

export const nameOf = (bit: number): string => `cap_${CAPABILITIES[bit]?.toLowerCase() ?? bit}`

/** The names in a set, in the order of their bits. */
export const namesIn = (mask: number): string[] =>
  CAPABILITIES.flatMap((_, bit) => (hasCapability(mask, bit) ? [nameOf(bit)] : []))

/** @returns the bit; undefined for no name of one */
export function bitOf(name: string): number | undefined {
  const bit = CAPABILITIES.indexOf(name.toUpperCase().replace(/^CAP_/, ''))
  return bit < 0 ? undefined : bit
}

type Flagged = Pick<CapabilitySets, 'effective' | 'inheritable' | 'permitted'>

const flagsOf = ({ effective, inheritable, permitted }: Flagged, bit: number): string =>
  [
    hasCapability(effective, bit) ? 'e' : '',
    hasCapability(inheritable, bit) ? 'i' : '',
    hasCapability(permitted, bit) ? 'p' : '',
  ].join('')

/**
 * Three sets in words: what most capabilities have first, then who has more or less. cap_to_text(3)
 *
 * @returns such as `=ep`, `cap_chown,cap_kill=ep`, `=ep cap_sys_admin-ep`
 */
export function capabilityText(sets: Flagged): string {
  const groups = new Map<string, number[]>()
  for (const bit of CAPABILITIES.keys()) {
    const flags = flagsOf(sets, bit)
    groups.set(flags, [...(groups.get(flags) ?? []), bit])
  }
  const [base = ''] = [...groups].sort(([, a], [, b]) => b.length - a.length)[0] ?? []
  const rest = [...groups].filter(([flags]) => flags !== base)
  const words = rest.map(([flags, bits]) => `${bits.map(nameOf).join(',')}${change(base, flags)}`)
  return [...(base === '' && words.length > 0 ? [] : [`=${base}`]), ...words].join(' ')
}

function change(base: string, flags: string): string {
  if (base === '') return `=${flags}`
  const without = (text: string, other: string): string => [...text].filter((each) => !other.includes(each)).join('')
  const [more, less] = [without(flags, base), without(base, flags)]
  return `${more && `+${more}`}${less && `-${less}`}`
}

/** What a program that is executed next can still have. cap_iab_to_text(3) */
export const boundText = ({ bounding, ambient, inheritable }: CapabilitySets): string =>
  [...CAPABILITIES.keys()]
    .flatMap((bit) => {
      const mark = `${hasCapability(bounding, bit) ? '' : '!'}${hasCapability(ambient, bit) ? '^' : ''}`
      return mark !== '' || hasCapability(inheritable, bit) ? [`${mark}${nameOf(bit)}`] : []
    })
    .join(',')
