import { isDirectory } from '@drydock/abi'

/** Modes as chmod(1) reads them: octal, or clauses such as `u+rwX,go-w`. */
export type ModeChange = (mode: number) => number

const WHO = new Map([
  ['u', 0o4700],
  ['g', 0o2070],
  ['o', 0o1007],
])
const CLAUSE = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/

const bitsOf = (who: string): number =>
  who.includes('a') || who === '' ? 0o7777 : [...who].reduce((bits, letter) => bits | (WHO.get(letter) ?? 0), 0)

const SHIFT = new Map([
  ['u', 6],
  ['g', 3],
  ['o', 0],
])

function permissions(letters: string, mode: number, who: string): number {
  const shift = SHIFT.get(letters)
  if (shift !== undefined) return ((mode >> shift) & 7) * 0o111
  let bits = 0
  for (const letter of letters) {
    if (letter === 'r') bits |= 0o444
    if (letter === 'w') bits |= 0o222
    if (letter === 'x' || (letter === 'X' && (isDirectory(mode) || mode & 0o111))) bits |= 0o111
    if (letter === 's') bits |= who === '' || who.includes('a') ? 0o6000 : bitsOf(who) & 0o6000
    if (letter === 't') bits |= 0o1000
  }
  return bits
}

function clause(text: string, umask: number): ModeChange | undefined {
  const match = CLAUSE.exec(text)
  if (!match) return undefined
  const [, who = '', actions = ''] = match
  const limit = bitsOf(who) & (who === '' ? ~umask : ~0)
  const steps = actions.match(/[-+=][^-+=]*/g) ?? []
  return (mode) =>
    steps.reduce((now, step) => {
      const stepBits = permissions(step.slice(1), now, who) & (limit | (who === '' || who.includes('a') ? 0o1000 : 0))
      const bits = step.includes('t') ? stepBits | 0o1000 : stepBits
      if (step[0] === '+') return now | bits
      if (step[0] === '-') return now & ~bits
      const cleared = bitsOf(who) & (isDirectory(now) ? 0o777 : 0o7777)
      return (now & ~cleared) | bits
    }, mode)
}

/** @param umask  clears bits of clauses that name nobody @returns undefined when `text` is no mode */
export function parseMode(text: string, umask: number): ModeChange | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const value = Number.parseInt(text, 8)
    // Octal of up to four digits leaves set-ID bits of folders alone. chmod(1), "Setuid and setgid bits".
    return (mode) => (mode & ~0o7777) | value | (isDirectory(mode) && text.length < 5 ? mode & 0o6000 : 0)
  }
  const changes = text.split(',').map((part) => clause(part, umask))
  if (!changes.every((change) => change !== undefined)) return undefined
  return (mode) => changes.reduce((now, change) => change(now), mode)
}
