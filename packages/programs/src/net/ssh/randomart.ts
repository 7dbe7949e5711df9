/** The picture of a key: a drunken bishop's walk over a floor of 17 by 9 squares. "The drunken bishop", Loss and others, 2009. */
const WIDTH = 17
const HEIGHT = 9
const COINS = ' .o+=*BOX@%&#/^SE'

function frame(title: string): string {
  const text = `[${title}]`
  const left = Math.floor((WIDTH - text.length) / 2)
  return `+${'-'.repeat(left)}${text}${'-'.repeat(WIDTH - left - text.length)}+`
}

/** @param digest  of the public key @param title  `ED25519 256` @param hash  `SHA256` */
export function randomart(digest: Uint8Array, title: string, hash: string): string {
  const visits = new Uint8Array(WIDTH * HEIGHT)
  let [x, y] = [Math.floor(WIDTH / 2), Math.floor(HEIGHT / 2)]
  for (const byte of digest)
    for (let pair = 0; pair < 4; pair++) {
      const bits = (byte >> (2 * pair)) & 3
      x = Math.max(0, Math.min(WIDTH - 1, x + (bits & 1 ? 1 : -1)))
      y = Math.max(0, Math.min(HEIGHT - 1, y + (bits & 2 ? 1 : -1)))
      const at = y * WIDTH + x
      if ((visits[at] ?? 0) < COINS.length - 3) visits[at] = (visits[at] ?? 0) + 1
    }
  visits[Math.floor(HEIGHT / 2) * WIDTH + Math.floor(WIDTH / 2)] = COINS.length - 2
  visits[y * WIDTH + x] = COINS.length - 1
  const rows = Array.from({ length: HEIGHT }, (_, row) => {
    const squares = Array.from(visits.subarray(row * WIDTH, (row + 1) * WIDTH), (count) => COINS.charAt(count))
    return `|${squares.join('')}|`
  })
  return [frame(title), ...rows, frame(hash)].join('\n')
}
