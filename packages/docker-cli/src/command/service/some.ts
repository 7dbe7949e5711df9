/** A field that Go leaves out when it is empty. */
export const some = <K extends string, T>(name: K, value: T | undefined): { [key in K]?: T } =>
  isEmpty(value) ? {} : ({ [name]: value } as { [key in K]?: T })

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0)

/** The same for a list, which becomes the body's own. */
export const someList = <K extends string, T>(name: K, values: readonly T[]): { [key in K]?: T[] } =>
  values.length === 0 ? {} : ({ [name]: [...values] } as { [key in K]?: T[] })
