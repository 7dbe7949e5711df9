const WHO: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 }
const BITS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111 }

interface Clause {
  readonly who: number
  readonly op: string
  readonly letters: string
}

function clausesOf(mode: string): Clause[] {
  return mode.split(',').flatMap((clause) => {
    const who =
      [...(/^[ugoa]*/.exec(clause)?.[0] ?? '')].reduce((mask, letter) => mask | (WHO[letter] ?? 0), 0) || 0o777
    return [...clause.matchAll(/([-+=])([rwxXst]*)/g)].map(([, op = '', letters = '']) => ({ who, op, letters }))
  })
}

function special(letters: string, who: number): number {
  const setId = letters.includes('s') ? (who & 0o700 ? 0o4000 : 0) | (who & 0o070 ? 0o2000 : 0) : 0
  return setId | (letters.includes('t') ? 0o1000 : 0)
}

function apply(mode: number, { who, op, letters }: Clause, directory: boolean): number {
  const conditional = letters.includes('X') && (directory || (mode & 0o111) !== 0) ? 0o111 : 0
  const plain = [...letters].reduce((bits, letter) => bits | (BITS[letter] ?? 0), conditional) & who
  const bits = plain | special(letters, who)
  if (op === '+') return mode | bits
  if (op === '-') return mode & ~bits
  return (mode & ~who) | bits
}

/** The permission bits that `--chmod`, octal or symbolic, gives a file. chmod(1) */
export function changeMode(mode: number, wish: string, directory: boolean): number {
  if (/^[0-7]+$/.test(wish)) return Number.parseInt(wish, 8)
  return clausesOf(wish).reduce((now, clause) => apply(now, clause, directory), mode & 0o7777)
}
