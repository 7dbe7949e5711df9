/**
 * Reads `NAME=value` lines as node's --env-file does: quotes of three kinds, which may go over lines, `export` before a
 * name, and comments. node: src/node_dotenv.cc
 */
export function parseDotenv(text: string): Map<string, string> {
  const values = new Map<string, string>()
  const LINE =
    /^[ \t]*(?:export[ \t]+)?([^\s=#]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[^])*)"|'([^']*)'|`([^`]*)`|([^\n#]*))[^\n]*$/gm
  for (const [, name = '', double, single, back, plain] of text.replaceAll('\r\n', '\n').matchAll(LINE))
    values.set(name, double?.replaceAll('\\n', '\n') ?? single ?? back ?? plain?.trim() ?? '')
  return values
}
