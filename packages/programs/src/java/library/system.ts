import { JArray, Native, numberOf, type Callable, type Value } from '../values.ts'
import { hashMap, put } from './maps.ts'
import { Exit, type World } from './world.ts'
import { letterOf, spread, type Members } from './members.ts'

/** java.io.PrintStream */
function printer(world: World, write: (text: string) => unknown): Native {
  const text = async (value: Value): Promise<string> =>
    value instanceof JArray && value.type === 'char' ? value.items.map(letterOf).join('') : world.textOf(value)
  const formats: Callable = async ([format, ...args]) =>
    void (await write(await world.format(String(format), spread(args))))
  return new Native('PrintStream', {
    println: async (args) => void (await write(`${args.length === 0 ? '' : await text(args[0])}\n`)),
    print: async ([value]) => void (await write(await text(value))),
    printf: formats,
    format: formats,
    flush: async () => void (await world.machine.io.out.flush()),
    write: async ([value]) => void (await write(letterOf(value))),
  })
}

function environment(world: World): Callable {
  return async ([name]) => {
    const { env } = world.machine.process
    if (name !== undefined) return env.get(String(name)) ?? null
    const map = hashMap()
    for (const [key, value] of env) await put(map, key, value, world)
    return map
  }
}

export function system(world: World): Members {
  const { process, io, properties } = world.machine
  return {
    out: printer(world, (text) => io.print(text)),
    err: printer(world, (text) => io.warn(text)),
    in: new Native('InputStream', {}),
    currentTimeMillis: () => BigInt(Math.floor(process.sys.clock.now())),
    nanoTime: () => BigInt(Math.floor(process.sys.clock.now() * 1e6)),
    getenv: environment(world),
    getProperty: ([name, other]) => properties.get(String(name)) ?? other ?? null,
    setProperty: ([name, value]) => void properties.set(String(name), String(value)),
    lineSeparator: () => '\n',
    exit: ([code]) => {
      throw new Exit(numberOf(code))
    },
    identityHashCode: () => 1,
    gc: () => undefined,
    arraycopy: ([from, at, to, start, count]) => {
      if (from instanceof JArray && to instanceof JArray)
        to.items.splice(
          numberOf(start),
          numberOf(count),
          ...from.items.slice(numberOf(at), numberOf(at) + numberOf(count)),
        )
      return undefined
    },
  }
}
