import { timeZone, type Zone } from '@drydock/libc'
import type { Memory } from './memory.ts'

type Plain = (...args: readonly (number | bigint)[]) => number | bigint | void

/** Names of zones in C's memory have at most so many letters. */
const NAME_BYTES = 16
/** What Emscripten calls a zone whose name it does not know. */
const UNNAMED = /^UTC[+-]\d{4}$/
const DAY_MS = 86_400_000

/** What time.tzset() tells Python: names, and seconds west of Greenwich. tzset(3) */
interface ZoneFacts {
  readonly names: readonly [standard: string, daylight: string]
  readonly timezone: number
  readonly altzone: number
  readonly daylight: number
}

/** C's local time by the TZ of the program, and not by that of the machine the browser runs on. */
export class LocalTime {
  private readonly memory: () => Memory
  private readonly now: () => number
  private zone: Zone = timeZone(new Map())
  private names: readonly number[] | undefined

  constructor(memory: () => Memory, now: () => number) {
    this.memory = memory
    this.now = now
  }

  /** @param tz what TZ has */
  set(tz: string): ZoneFacts {
    this.zone = timeZone(new Map([['TZ', tz]]))
    const facts = this.facts()
    this.writeNames(facts.names)
    return facts
  }

  table(): Record<string, Plain> {
    return {
      _tzset_js: (timezone, daylight, standard, summer) =>
        this.tzset(Number(timezone), Number(daylight), [standard, summer]),
      _localtime_js: (seconds, at) => this.localtime(Number(seconds), Number(at)),
      _mktime_js: (at) => BigInt(this.mktime(Number(at))),
    }
  }

  private facts(): ZoneFacts {
    const year = new Date(this.now()).getUTCFullYear()
    const [winter, summer] = [Date.UTC(year, 0, 1), Date.UTC(year, 6, 1)]
    const [standard, other] =
      this.zone.offsetMinutes(winter) <= this.zone.offsetMinutes(summer) ? [winter, summer] : [summer, winter]
    const west = (ms: number): number => -60 * this.zone.offsetMinutes(ms) + 0
    return {
      names: [this.zone.abbreviation(standard), this.zone.abbreviation(other)],
      timezone: west(standard),
      altzone: west(other),
      daylight: Number(west(standard) !== west(other)),
    }
  }

  private tzset(timezone: number, daylight: number, names: readonly unknown[]): void {
    const facts = this.facts()
    this.names = names.map(Number)
    this.memory().setU32(timezone, facts.timezone)
    this.memory().setU32(daylight, facts.daylight)
    this.writeNames(facts.names)
  }

  private writeNames(names: readonly string[]): void {
    this.names ??= this.findNames()
    names.forEach((name, i) => {
      const at = this.names?.[i]
      if (at === undefined) return
      const bytes = new TextEncoder().encode(name).subarray(0, NAME_BYTES)
      this.memory()
        .bytes(at, NAME_BYTES + 1)
        .fill(0)
      this.memory().bytes(at, bytes.length).set(bytes)
    })
  }

  /** C asks once for the zone, and may have done so before the memory was taken that this interpreter began with. */
  private findNames(): readonly number[] {
    const { size } = this.memory()
    const bytes = this.memory().bytes(0, Math.min(size, 8 << 20))
    const found: number[] = []
    for (let at = bytes.indexOf(85); at >= 0 && found.length < 2; at = bytes.indexOf(85, at + 1))
      if (bytes[at + 8] === 0 && UNNAMED.test(String.fromCharCode(...bytes.subarray(at, at + 8)))) found.push(at)
    return found
  }

  private isSummer(ms: number): boolean {
    const year = new Date(ms).getUTCFullYear()
    const sides = [Date.UTC(year, 0, 1), Date.UTC(year, 6, 1)].map((each) => this.zone.offsetMinutes(each))
    return this.zone.offsetMinutes(ms) > Math.min(...sides)
  }

  /** Fills a struct tm. localtime(3) */
  private localtime(seconds: number, at: number): void {
    const ms = seconds * 1000
    const offset = this.zone.offsetMinutes(ms)
    const local = new Date(ms + offset * 60_000)
    const yearDay = Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY_MS)
    const fields = [
      ...[local.getUTCSeconds(), local.getUTCMinutes(), local.getUTCHours(), local.getUTCDate()],
      ...[local.getUTCMonth(), local.getUTCFullYear() - 1900, local.getUTCDay(), yearDay],
      ...[Number(this.isSummer(ms)), offset * 60],
    ]
    fields.forEach((value, i) => this.memory().setU32(at + 4 * i, value))
  }

  /** The moment a struct tm tells of in local time, which is brought into order. mktime(3) */
  private mktime(at: number): number {
    const field = (i: number): number => this.memory().getI32(at + 4 * i)
    const wall = Date.UTC(field(5) + 1900, field(4), field(3), field(2), field(1), field(0))
    let ms = wall - this.zone.offsetMinutes(wall) * 60_000
    ms = wall - this.zone.offsetMinutes(ms) * 60_000
    // An hour that comes twice is the one that tm_isdst names.
    const summer = field(8)
    if (summer === 0 && this.isSummer(ms) && this.zone.offsetMinutes(ms + 3_600_000) !== this.zone.offsetMinutes(ms))
      ms += 3_600_000
    this.localtime(Math.floor(ms / 1000), at)
    return Math.floor(ms / 1000)
  }
}
