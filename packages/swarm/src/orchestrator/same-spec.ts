/** Whether two parts of a spec mean the same: clients differ in the order of fields, and in whether they tell empty ones. */
export const sameSpec = (a: unknown, b: unknown): boolean => JSON.stringify(settled(a)) === JSON.stringify(settled(b))

function settled(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.map((each: unknown) => settled(each) ?? '') : undefined
  if (typeof value !== 'object' || value === null) return value || undefined
  const fields = Object.entries(value)
    .map(([name, each]) => [name, settled(each)] as const)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return fields.length > 0 ? Object.fromEntries(fields) : undefined
}
