import { ClassRef, coerced, doubleText, JChar, JDouble, numberOf, type Callable, type Value } from '../values.ts'
import { ordered } from './compare.ts'
import type { World } from './world.ts'
import { double, letterOf, type Members, type Classes } from './members.ts'

async function parsed(text: Value, radix: Value, low: number, high: number, world: World): Promise<number> {
  const base = radix === undefined ? 10 : numberOf(radix)
  const value = typeof text === 'string' && /^[+-]?[\da-z]+$/i.test(text) ? Number.parseInt(text, base) : Number.NaN
  const whole =
    typeof text === 'string' &&
    value.toString(base) ===
      text
        .toLowerCase()
        .replace(/^\+/, '')
        .replace(/^(-?)0+(?=.)/, '$1')
  if (whole && value >= low && value <= high) return value
  const shown = text === null ? 'Cannot parse null string: null' : `For input string: "${String(text)}"`
  return world.fail('NumberFormatException', shown + (base === 10 ? '' : ` under radix ${base}`))
}

async function parsedDouble(text: Value, world: World): Promise<JDouble> {
  const plain = String(text).trim()
  const value = plain === '' ? Number.NaN : Number(plain.replace(/[fd]$/i, ''))
  if (Number.isNaN(value) && plain !== 'NaN')
    return world.fail('NumberFormatException', plain === '' ? 'empty String' : `For input string: "${plain}"`)
  return double(value)
}

const compared = ([a, b]: readonly Value[]): number => {
  const [left, right] = [numberOf(a), numberOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

export function numbers(world: World): Classes {
  const int = ([text, radix]: readonly Value[]): Promise<number> => parsed(text, radix, -(2 ** 31), 2 ** 31 - 1, world)
  const based =
    (radix: number): Callable =>
    ([value]) =>
      (typeof value === 'bigint' ? BigInt.asUintN(64, value) : BigInt(numberOf(value) >>> 0)).toString(radix)
  const texts = { toBinaryString: based(2), toHexString: based(16), toOctalString: based(8), compare: compared }
  const common = {
    max: ([a, b]: readonly Value[]) => (compared([a, b]) >= 0 ? a : b),
    min: ([a, b]: readonly Value[]) => (compared([a, b]) <= 0 ? a : b),
  }
  const longValue: Callable = async ([text]) =>
    typeof text === 'string' && /^[+-]?\d+$/.test(text) ? BigInt(text) : parsed(text, undefined, 0, -1, world)
  return {
    Integer: {
      statics: {
        ...texts,
        ...common,
        MAX_VALUE: 2 ** 31 - 1,
        MIN_VALUE: -(2 ** 31),
        parseInt: int,
        valueOf: (args: readonly Value[]) => (typeof args[0] === 'string' ? int(args) : coerced('int', args[0])),
        toString: ([value, radix]: readonly Value[]) =>
          numberOf(value).toString(radix === undefined ? 10 : numberOf(radix)),
        sum: ([a, b]) => (numberOf(a) + numberOf(b)) | 0,
        bitCount: ([value]) => [...(numberOf(value) >>> 0).toString(2)].filter((each) => each === '1').length,
        signum: ([value]) => Math.sign(numberOf(value)),
      },
    },
    Long: {
      statics: {
        ...texts,
        ...common,
        MAX_VALUE: 2n ** 63n - 1n,
        MIN_VALUE: -(2n ** 63n),
        parseLong: longValue,
        valueOf: (args: readonly Value[]) => (typeof args[0] === 'string' ? longValue(args) : coerced('long', args[0])),
        toString: ([value]: readonly Value[]) => String(value),
        sum: ([a, b]) => BigInt.asIntN(64, BigInt(numberOf(a)) + BigInt(numberOf(b))),
      },
    },
    Double: {
      statics: {
        ...common,
        MAX_VALUE: double(Number.MAX_VALUE),
        MIN_VALUE: double(Number.MIN_VALUE),
        NaN: double(Number.NaN),
        POSITIVE_INFINITY: double(Number.POSITIVE_INFINITY),
        parseDouble: ([text]) => parsedDouble(text, world),
        valueOf: ([text]: readonly Value[]) =>
          typeof text === 'string' ? parsedDouble(text, world) : coerced('double', text),
        toString: ([value]: readonly Value[]) => doubleText(numberOf(value)),
        isNaN: ([value]) => Number.isNaN(numberOf(value)),
        compare: compared,
        sum: ([a, b]) => double(numberOf(a) + numberOf(b)),
      },
    },
    Float: { statics: { parseFloat: ([text]) => parsedDouble(text, world) } },
    Boolean: {
      statics: {
        TRUE: true,
        FALSE: false,
        parseBoolean: ([text]) => String(text).toLowerCase() === 'true',
        valueOf: ([text]: readonly Value[]) => text === true || String(text).toLowerCase() === 'true',
        toString: ([value]: readonly Value[]) => String(value),
      },
    },
    Character: { statics: characters() },
    Math: { statics: maths(world) },
  }
}

function characters(): Members {
  const is =
    (pattern: RegExp): Callable =>
    ([value]) =>
      pattern.test(letterOf(value))
  const changed =
    (run: (text: string) => string): Callable =>
    ([value]) => {
      const code = run(letterOf(value)).charCodeAt(0)
      return value instanceof JChar ? new JChar(code) : code
    }
  return {
    isDigit: is(/\p{Nd}/u),
    isLetter: is(/\p{L}/u),
    isLetterOrDigit: is(/[\p{L}\p{Nd}]/u),
    isAlphabetic: is(/\p{L}/u),
    isWhitespace: is(/\s/),
    isUpperCase: is(/\p{Lu}/u),
    isLowerCase: is(/\p{Ll}/u),
    toUpperCase: changed((text) => text.toUpperCase()),
    toLowerCase: changed((text) => text.toLowerCase()),
    getNumericValue: ([value]) => Number.parseInt(letterOf(value), 36),
    toString: ([value]: readonly Value[]) => letterOf(value),
    valueOf: ([value]: readonly Value[]) => value,
  }
}

const DOUBLE_FUNCTIONS = 'sqrt cbrt sin cos tan asin acos atan exp log log10 ceil floor'.split(' ')

function maths(world: World): Members {
  const kept =
    (run: (...values: number[]) => number): Callable =>
    (args) => {
      const value = run(...args.map(numberOf))
      if (args.some((each) => each instanceof JDouble)) return double(value)
      return args.some((each) => typeof each === 'bigint') ? BigInt(value) : value | 0
    }
  const functions = Object.fromEntries(
    DOUBLE_FUNCTIONS.map((name): [string, Callable] => [
      name,
      ([value]) => double((Math[name as 'sqrt'] as (of: number) => number)(numberOf(value))),
    ]),
  )
  return {
    ...functions,
    PI: double(Math.PI),
    E: double(Math.E),
    abs: kept(Math.abs),
    max: kept(Math.max),
    min: kept(Math.min),
    pow: ([a, b]) => double(numberOf(a) ** numberOf(b)),
    atan2: ([a, b]) => double(Math.atan2(numberOf(a), numberOf(b))),
    hypot: ([a, b]) => double(Math.hypot(numberOf(a), numberOf(b))),
    signum: ([a]) => double(Math.sign(numberOf(a))),
    rint: ([a]) => double(Math.round(numberOf(a))),
    round: ([a]) => coerced('long', double(Math.floor(numberOf(a) + 0.5))),
    random: () => double(world.chance()),
    floorMod: ([a, b]) => (((numberOf(a) % numberOf(b)) + numberOf(b)) % numberOf(b)) | 0,
    floorDiv: ([a, b]) => Math.floor(numberOf(a) / numberOf(b)) | 0,
    toRadians: ([a]) => double((numberOf(a) * Math.PI) / 180),
    toDegrees: ([a]) => double((numberOf(a) * 180) / Math.PI),
  }
}

/** Methods of numbers, characters and booleans when boxed, and of classes. */
export function boxedMethods(of: Value, world: World): Readonly<Record<string, Callable>> {
  if (of instanceof ClassRef) {
    const qualified = of.own?.qualified ?? of.name
    return {
      getName: () => qualified,
      getSimpleName: () => of.name.slice(of.name.lastIndexOf('.') + 1),
      getPackageName: () => qualified.replace(/\.?[^.]*$/, ''),
      toString: () => world.textOf(of),
    }
  }
  return {
    intValue: () => coerced('int', of),
    longValue: () => coerced('long', of),
    doubleValue: () => coerced('double', of),
    charValue: () => of,
    booleanValue: () => of,
    equals: ([other]: readonly Value[]) => world.program.equal(of, other),
    compareTo: ([other]) => ordered(of, other, undefined, world),
    toString: () => world.textOf(of),
    hashCode: () =>
      of instanceof JDouble ? of.value | 0 : typeof of === 'boolean' ? (of ? 1231 : 1237) : numberOf(of) | 0,
    isNaN: () => Number.isNaN(numberOf(of)),
  }
}
