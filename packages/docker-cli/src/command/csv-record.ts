/** One record of RFC 4180, as encoding/csv reads it: fields parted by commas, a quoted one may hold them. */
export function csvRecord(text: string): string[] {
  const fields: string[] = []
  for (const [, field = '', end = ''] of text.matchAll(/("(?:[^"]|"")*"|[^,]*)(,|$)/g)) {
    fields.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field)
    if (end === '') break
  }
  return fields
}
