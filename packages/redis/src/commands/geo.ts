import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, NIL_ARRAY, type Reply, SYNTAX } from '../resp/reply.ts'
import { float, integer } from '../store/numbers.ts'
import { SortedSet } from '../store/sorted-set.ts'

/** Places are members of a sorted set; the score is a geohash of 52 bits. */
const STEPS = 26
const LATITUDE = 85.05112878
const EARTH_METRES = 6_372_797.560856
const UNITS: ReadonlyMap<string, number> = new Map([
  ['m', 1],
  ['km', 1000],
  ['ft', 0.3048],
  ['mi', 1609.34],
])

interface Place {
  readonly longitude: number
  readonly latitude: number
}

/** @param latitudes the outermost: the world of Mercator for scores, the whole one for the text form */
function bitsOf({ longitude, latitude }: Place, latitudes = LATITUDE): bigint {
  const x = Math.floor(((longitude + 180) / 360) * 2 ** STEPS)
  const y = Math.floor(((latitude + latitudes) / (2 * latitudes)) * 2 ** STEPS)
  let bits = 0n
  for (let at = STEPS - 1; at >= 0; at--)
    bits = (bits << 2n) | (BigInt(Math.floor(x / 2 ** at) & 1) << 1n) | BigInt(Math.floor(y / 2 ** at) & 1)
  return bits
}

/** The middle of the cell. */
function placeOf(score: number): Place {
  let [x, y] = [0, 0]
  const bits = BigInt(score)
  for (let at = STEPS - 1; at >= 0; at--) {
    x = x * 2 + Number((bits >> BigInt(2 * at + 1)) & 1n)
    y = y * 2 + Number((bits >> BigInt(2 * at)) & 1n)
  }
  const scale = 2 ** STEPS
  const middle = (cell: number, from: number, span: number): number =>
    (from + (cell / scale) * span + (from + ((cell + 1) / scale) * span)) / 2
  return { longitude: middle(x, -180, 360), latitude: middle(y, -LATITUDE, 2 * LATITUDE) }
}

const radians = (degrees: number): number => degrees * (Math.PI / 180)

/** Haversine. Metres. */
function distance(a: Place, b: Place): number {
  const u = Math.sin((radians(b.latitude) - radians(a.latitude)) / 2)
  const v = Math.sin((radians(b.longitude) - radians(a.longitude)) / 2)
  return (
    2 *
    EARTH_METRES *
    Math.asin(Math.sqrt(u * u + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * v * v))
  )
}

function readPlace(longitude: string, latitude: string): Place {
  const place = { longitude: float(longitude), latitude: float(latitude) }
  if (Math.abs(place.longitude) > 180 || Math.abs(place.latitude) > LATITUDE)
    throw new CommandError(
      `ERR invalid longitude,latitude pair ${place.longitude.toFixed(6)},${place.latitude.toFixed(6)}`,
    )
  return place
}

const unitOf = (word = ''): number => {
  const metres = UNITS.get(word.toLowerCase())
  if (metres === undefined) throw new CommandError('ERR unsupported unit provided. please use M, KM, FT, MI')
  return metres
}

const placesAt = ({ db }: Call, key: string): SortedSet | undefined => db.get(key, 'zset')?.sorted

function placeAt(call: Call, key: string, member: string): Place | undefined {
  const score = placesAt(call, key)?.score(member)
  return score === undefined ? undefined : placeOf(score)
}

const geoadd: Handler = (call, [key = '', ...words]) => {
  let at = 0
  const flags = new Set<string>()
  while (['NX', 'XX', 'CH'].includes((words[at] ?? '').toUpperCase())) flags.add((words[at++] ?? '').toUpperCase())
  const rows = words.slice(at)
  if (rows.length === 0 || rows.length % 3 || (flags.has('NX') && flags.has('XX'))) throw new CommandError(SYNTAX)
  const places: [number, string][] = []
  for (let i = 0; i < rows.length; i += 3)
    places.push([Number(bitsOf(readPlace(rows[i] ?? '', rows[i + 1] ?? ''))), rows[i + 2] ?? ''])
  const { sorted } = call.db.getOrMake(key, 'zset', () => ({ kind: 'zset', sorted: new SortedSet() }))
  let [added, changed] = [0, 0]
  for (const [score, member] of places) {
    const known = sorted.score(member)
    if ((known === undefined ? flags.has('XX') : flags.has('NX')) || known === score) continue
    sorted.set(member, score)
    if (known === undefined) added++
    else changed++
  }
  if (added + changed > 0) call.db.changed(key, 'zadd', 'z')
  call.db.dropIfEmpty(key, sorted.size)
  return flags.has('CH') ? added + changed : added
}

const coordinate = (value: number): string => value.toFixed(17).replace(/0+$/, '').replace(/\.$/, '')
const shownPlace = ({ longitude, latitude }: Place): Reply => [coordinate(longitude), coordinate(latitude)]

const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz'

/** Eleven characters of five bits; the last has none left and is 0. */
function geohash(place: Place): string {
  const bits = bitsOf(place, 90)
  return Array.from({ length: 11 }, (_, i) => {
    const index = i === 10 ? 0 : Number((bits >> BigInt(52 - (i + 1) * 5)) & 31n)
    return ALPHABET[index] ?? ''
  }).join('')
}

interface Search {
  center: Place | undefined
  /** Metres. */
  radius: number | undefined
  box: readonly [width: number, height: number] | undefined
  unit: number
  order: 'ASC' | 'DESC' | undefined
  count: number | undefined
  any: boolean
  readonly shows: Set<string>
  store: string | undefined
  storesDistance: boolean
}

const freshSearch = (): Search => ({
  ...{ center: undefined, radius: undefined, box: undefined, unit: 1, order: undefined, count: undefined, any: false },
  ...{ shows: new Set<string>(), store: undefined, storesDistance: false },
})

interface Found extends Place {
  readonly member: string
  readonly score: number
  readonly metres: number
}

function search(call: Call, key: string, wanted: Search): Found[] {
  const { center, radius, box } = wanted
  if (!center) return []
  const found = (placesAt(call, key)?.items ?? [])
    .map(({ member, score }): Found => ({ member, score, ...placeOf(score), metres: distance(center, placeOf(score)) }))
    .filter((each) => (radius === undefined ? inBox(center, each, box ?? [0, 0]) : each.metres <= radius))
  const order = wanted.order ?? (wanted.count !== undefined && !wanted.any ? 'ASC' : undefined)
  if (order) found.sort((a, b) => (order === 'ASC' ? a.metres - b.metres : b.metres - a.metres))
  return wanted.count === undefined ? found : found.slice(0, wanted.count)
}

/** Width is measured along the place's own latitude, height along its meridian. */
const inBox = (center: Place, place: Place, [width, height]: readonly [number, number]): boolean =>
  distance({ ...center, longitude: place.longitude }, place) <= height / 2 &&
  distance({ ...place, longitude: center.longitude }, place) <= width / 2

const shown = (found: readonly Found[], { shows, unit }: Search): Reply =>
  found.map((each): Reply => {
    const extra: Reply[] = []
    if (shows.has('WITHDIST')) extra.push((each.metres / unit).toFixed(4))
    if (shows.has('WITHHASH')) extra.push(each.score)
    if (shows.has('WITHCOORD')) extra.push(shownPlace(each))
    return extra.length === 0 ? each.member : [each.member, ...extra]
  })

function store(call: Call, found: readonly Found[], { unit, storesDistance }: Search, target: string): number {
  call.db.delete(target)
  if (found.length === 0) return 0
  const { sorted } = call.db.getOrMake(target, 'zset', () => ({ kind: 'zset', sorted: new SortedSet() }))
  for (const { member, score, metres } of found) sorted.set(member, storesDistance ? metres / unit : score)
  call.db.changed(target, 'geosearchstore', 'z')
  return found.length
}

const noMember = (): never => {
  throw new CommandError('ERR could not decode requested zset member')
}

/** The options that all forms share, from `at`. */
function options(
  wanted: Search,
  words: readonly string[],
  more: (word: string, at: number) => number | undefined,
): Search {
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] ?? '').toUpperCase()
    if (word === 'ASC' || word === 'DESC') wanted.order = word
    else if (['WITHDIST', 'WITHHASH', 'WITHCOORD'].includes(word)) wanted.shows.add(word)
    else if (word === 'COUNT') {
      wanted.count = integer(words[++at] ?? '')
      if (wanted.count <= 0) throw new CommandError('ERR COUNT must be > 0')
      if ((words[at + 1] ?? '').toUpperCase() === 'ANY') {
        wanted.any = true
        at++
      }
    } else {
      const used = more(word, at)
      if (used === undefined) throw new CommandError(SYNTAX)
      at += used
    }
  }
  return wanted
}

const geosearch =
  (storing: boolean): Handler =>
  (call, words) => {
    const [target = '', key = ''] = storing ? words : ['', words[0]]
    const rest = words.slice(storing ? 2 : 1)
    const wanted = freshSearch()
    options(wanted, rest, (word, at) => {
      if (word === 'FROMMEMBER') {
        wanted.center = placeAt(call, key, rest[at + 1] ?? '') ?? (placesAt(call, key) ? noMember() : undefined)
        return 1
      }
      if (word === 'FROMLONLAT') {
        wanted.center = readPlace(rest[at + 1] ?? '', rest[at + 2] ?? '')
        return 2
      }
      if (word === 'BYRADIUS') {
        wanted.unit = unitOf(rest[at + 2])
        wanted.radius = float(rest[at + 1] ?? '', 'ERR need numeric radius') * wanted.unit
        return 2
      }
      if (word === 'BYBOX') {
        wanted.unit = unitOf(rest[at + 3])
        wanted.box = [
          float(rest[at + 1] ?? '', 'ERR need numeric width') * wanted.unit,
          float(rest[at + 2] ?? '', 'ERR need numeric height') * wanted.unit,
        ]
        return 3
      }
      if (word === 'STOREDIST' && storing) {
        wanted.storesDistance = true
        return 0
      }
      return undefined
    })
    const [name = ''] = call.argv
    const has = (option: string): boolean => rest.some((word) => word.toUpperCase() === option)
    if (has('FROMMEMBER') === has('FROMLONLAT'))
      throw new CommandError(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`)
    if ((wanted.radius === undefined) === (wanted.box === undefined))
      throw new CommandError(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`)
    const found = search(call, key, wanted)
    return storing ? store(call, found, wanted, target) : shown(found, wanted)
  }

/** GEORADIUS and GEORADIUSBYMEMBER, older forms of the same. */
const georadius =
  (byMember: boolean, readOnly: boolean): Handler =>
  (call, [key = '', ...words]) => {
    const wanted = freshSearch()
    const used = byMember ? 1 : 2
    wanted.center = byMember
      ? (placeAt(call, key, words[0] ?? '') ?? (placesAt(call, key) ? noMember() : undefined))
      : readPlace(words[0] ?? '', words[1] ?? '')
    wanted.unit = unitOf(words[used + 1])
    wanted.radius = float(words[used] ?? '', 'ERR need numeric radius') * wanted.unit
    const rest = words.slice(used + 2)
    options(wanted, rest, (word, at) => {
      if (readOnly || (word !== 'STORE' && word !== 'STOREDIST')) return undefined
      wanted.store = rest[at + 1] ?? ''
      wanted.storesDistance = word === 'STOREDIST'
      return 1
    })
    const found = search(call, key, wanted)
    return wanted.store === undefined ? shown(found, wanted) : store(call, found, wanted, wanted.store)
  }

const geodist: Handler = (call, [key = '', one = '', two = '', unit, ...rest]) => {
  if (rest.length > 0) throw new CommandError(SYNTAX)
  const metres = unit === undefined ? 1 : unitOf(unit)
  const [a, b] = [placeAt(call, key, one), placeAt(call, key, two)]
  return a && b ? (distance(a, b) / metres).toFixed(4) : null
}

/** @param missing  what is answered for a member that is not there */
const ofMembers =
  (show: (place: Place) => Reply, missing: Reply): Handler =>
  (call, [key = '', ...members]) =>
    members.map((member) => {
      const place = placeAt(call, key, member)
      return place ? show(place) : missing
    })

export const geoCommands = commandTable({
  geoadd: [-5, 'w', '1', geoadd],
  geopos: [-2, 'r', '1', ofMembers(shownPlace, NIL_ARRAY)],
  geodist: [-4, 'r', '1', geodist],
  geohash: [-2, 'r', '1', ofMembers(geohash, null)],
  geosearch: [-7, 'r', '1', geosearch(false)],
  geosearchstore: [-8, 'w', '1 2', geosearch(true)],
  georadius: [-6, 'w', '1', georadius(false, false)],
  georadius_ro: [-6, 'r', '1', georadius(false, true)],
  georadiusbymember: [-5, 'w', '1', georadius(true, false)],
  georadiusbymember_ro: [-5, 'r', '1', georadius(true, true)],
})
