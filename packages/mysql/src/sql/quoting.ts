/** Names and texts in SQLite's quotes. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
