import { JArray, JDouble, numberOf, type Callable, type Value } from '../values.ts'

export type Members = Readonly<Record<string, Callable | Exclude<Value, undefined>>>
export type Classes = Readonly<Record<string, { readonly statics?: Members; readonly make?: Callable }>>

export const double = (value: number): JDouble => new JDouble(value)

export const letterOf = (value: Value): string => String.fromCharCode(numberOf(value))

/** The values of a variable number of parameters, which may come as the array that they are. JLS 15.12.4.2 */
export const spread = (args: readonly Value[]): readonly Value[] =>
  args.length === 1 && args[0] instanceof JArray && args[0].type === 'Object' ? args[0].items : args
