/** RFC 3492. */
const [BASE, LEAST, MOST, SKEW, DAMP] = [36, 1, 26, 38, 700]

function adapted(delta: number, points: number, first: boolean): number {
  let rest = Math.floor(first ? delta / DAMP : delta / 2)
  rest += Math.floor(rest / points)
  let k = 0
  for (; rest > ((BASE - LEAST) * MOST) / 2; k += BASE) rest = Math.floor(rest / (BASE - LEAST))
  return Math.floor(k + ((BASE - LEAST + 1) * rest) / (rest + SKEW))
}
const threshold = (k: number, bias: number): number => Math.min(Math.max(k - bias, LEAST), MOST)
const digit = (value: number): string => String.fromCharCode(value < 26 ? value + 97 : value + 22)
const valueOf = (char: string): number => char.toLowerCase().charCodeAt(0) - 97

export function encode(text: string): string {
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0)
  const plain = points.filter((point) => point < 0x80)
  let output = String.fromCharCode(...plain)
  let handled = plain.length
  if (handled > 0) output += '-'
  let [n, delta, bias] = [0x80, 0, 72]
  while (handled < points.length) {
    const next = Math.min(...points.filter((point) => point >= n))
    delta += (next - n) * (handled + 1)
    n = next
    for (const point of points) {
      if (point < n) delta++
      if (point !== n) continue
      let q = delta
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias)
        if (q < t) break
        output += digit(t + ((q - t) % (BASE - t)))
        q = Math.floor((q - t) / (BASE - t))
      }
      output += digit(q)
      bias = adapted(delta, handled + 1, handled === plain.length)
      delta = 0
      handled++
    }
    delta++
    n++
  }
  return output
}

/** @throws RangeError for what is no Punycode */
export function decode(text: string): string {
  const cut = text.lastIndexOf('-')
  const points = Array.from(text.slice(0, Math.max(cut, 0)), (char) => char.charCodeAt(0))
  let [n, i, bias] = [0x80, 0, 72]
  for (let at = cut + 1; at < text.length; ) {
    const before = i
    let w = 1
    for (let k = BASE; ; k += BASE) {
      const char = text[at++]
      if (char === undefined || !/[\da-z]/i.test(char)) throw new RangeError('Invalid input')
      const value = /\d/.test(char) ? Number(char) + 26 : valueOf(char)
      i += value * w
      const t = threshold(k, bias)
      if (value < t) break
      w *= BASE - t
    }
    const size = points.length + 1
    bias = adapted(i - before, size, before === 0)
    n += Math.floor(i / size)
    i %= size
    points.splice(i++, 0, n)
  }
  return String.fromCodePoint(...points)
}

const labels = (domain: string, change: (label: string) => string): string => {
  const [local, host] = domain.includes('@') ? domain.split('@') : ['', domain]
  const changed = (host ?? '')
    .replaceAll(/[\u3002\uff0e\uff61]/g, '.')
    .split('.')
    .map(change)
    .join('.')
  return local === '' ? changed : `${local}@${changed}`
}
export const toASCII = (domain: string): string =>
  labels(domain, (label) => (/[^\0-\x7f]/.test(label) ? `xn--${encode(label)}` : label))
export const toUnicode = (domain: string): string =>
  labels(domain, (label) => (/^xn--/i.test(label) ? decode(label.slice(4).toLowerCase()) : label))

/** node:punycode, which is deprecated. */
export const punycode = {
  version: '2.1.0',
  ucs2: {
    decode: (text: string) => Array.from(text, (char) => char.codePointAt(0)),
    encode: (points: readonly number[]) => String.fromCodePoint(...points),
  },
  encode,
  decode,
  toASCII,
  toUnicode,
}
