/** Sizes as GNU programs print them with -h (powers of 1024) and --si (powers of 1000), always rounded up. */
const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E']
const SI_UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E']

export function humanSize(bytes: number, base: 1000 | 1024 = 1024): string {
  const units = base === 1024 ? UNITS : SI_UNITS
  let power = 0
  let scaled = bytes
  while (scaled >= base && power < units.length - 1) {
    scaled /= base
    power++
  }
  if (power === 0) return String(bytes)
  const tenths = Math.ceil(scaled * 10 - 1e-9) / 10
  if (tenths < 10) return tenths.toFixed(1) + units[power]
  const whole = Math.ceil(scaled - 1e-9)
  return whole >= base ? `1.0${units[power + 1] ?? ''}` : `${whole}${units[power]}`
}

/** Busybox rounds to the nearest and prints a tenth wherever it scales. */
export function busyboxHumanSize(bytes: number): string {
  let power = 0
  let scaled = bytes
  while (scaled >= 1024 && power < UNITS.length - 1) {
    scaled /= 1024
    power++
  }
  return power === 0 ? String(bytes) : `${scaled.toFixed(1)}${UNITS[power]}`
}
