/** `a=b,c=d` in order of name. */
export const labelList = (labels: Readonly<Record<string, string>> | null | undefined): string =>
  Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join(',')

/** The value of one label, '' for none. */
export const labelOf =
  (labels: Readonly<Record<string, string>> | null | undefined) =>
  (name: unknown): string =>
    labels?.[String(name)] ?? ''
