/** Numbers as iperf3 prints them. iperf3(1), units.c says which form: three digits that count. */
const BYTES = ['Bytes', 'KBytes', 'MBytes', 'GBytes', 'TBytes'] as const
const BITS = ['bits/sec', 'Kbits/sec', 'Mbits/sec', 'Gbits/sec', 'Tbits/sec'] as const
/** Which unit -f asks for; `a` chooses by size. */
const FORMATS = 'akmgt'

const digits = (value: number): string =>
  (value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0)).padStart(4)

function scaled(value: number, base: number, units: readonly string[], least: number): string {
  let [rest, at] = [value, 0]
  while (at < units.length - 1 && (least > 0 ? at < least : rest >= base)) {
    rest /= base
    at++
  }
  return `${digits(rest)} ${units[at]}`
}

/** `1.71 GBytes`, powers of 1024. */
export const bytesWords = (bytes: number): string => scaled(bytes, 1024, BYTES, 0)
/** `14.7 Gbits/sec`, powers of 1000. */
export const rateWords = (bytes: number, seconds: number, format = 'a'): string =>
  scaled(seconds > 0 ? (bytes * 8) / seconds : 0, 1000, BITS, Math.max(0, FORMATS.indexOf(format)))

/** `10M` of -n and -b. @returns NaN for what is no number */
export function parseSize(text: string, base = 1024): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kmgt]?)$/i.exec(text) ?? []
  return number === '' ? Number.NaN : Math.floor(Number(number) * base ** ' kmgt'.indexOf(unit.toLowerCase() || ' '))
}

/** A line of one stream, or of all of them together. @param role said at the end alone */
export function lineOf(id: number | 'SUM', from: number, to: number, bytes: number, format: string, role = ''): string {
  const name = id === 'SUM' ? '[SUM]' : `[${String(id).padStart(3)}]`
  const times = `${from.toFixed(2).padStart(6)}-${to.toFixed(2).padEnd(6)}`
  return `${name} ${times} sec  ${bytesWords(bytes)}  ${rateWords(bytes, to - from, format)}                  ${role}\n`
}

export const RULE = '- - - - - - - - - - - - - - - - - - - - - - - - -\n'
export const HEAD = '[ ID] Interval           Transfer     Bitrate\n'
