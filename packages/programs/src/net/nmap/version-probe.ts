import { inet, isErrno, POLLIN, type Sys } from '@drydock/abi'
import { dial } from '@drydock/libc'

/** What a service tells of itself, without being asked or to a question; the first that fits. nmap-service-probes(5) */
const SIGNS: readonly (readonly [sign: RegExp, service: string, version: string])[] = [
  [/^SSH-([\d.]+)-OpenSSH_(\S+) (Debian|Ubuntu)-(\S+)/, 'ssh', 'OpenSSH $2 $3 $4 (protocol $1)'],
  [/^SSH-([\d.]+)-OpenSSH_(\S+)/, 'ssh', 'OpenSSH $2 (protocol $1)'],
  [/^220[ -].*Postfix/, 'smtp', 'Postfix smtpd'],
  [/^.{5}(\d+\.\d+\.\d+-MariaDB)[^\0]*\0/s, 'mysql', 'MySQL $1'],
  [/^.{5}(\d+\.\d+\.\d+)[^\0]*\0/s, 'mysql', 'MySQL $1'],
  [/^-ERR wrong number of arguments for 'get' command|^-ERR unknown command.*GET/i, 'redis', 'Redis key-value store'],
  [/^HTTP\/.*\r\nServer: nginx\/(\S+)/is, 'http', 'nginx $1'],
  [/^HTTP\/.*\r\nServer: nginx\r/is, 'http', 'nginx'],
  [/^HTTP\/.*\r\nServer: Apache\/(\S+) \(([^)]*)\)/is, 'http', 'Apache httpd $1 ($2)'],
  [/^HTTP\/.*\r\nServer: SimpleHTTP\/(\S+) Python\/([\d.]+)/is, 'http', 'SimpleHTTPServer $1 (Python $2)'],
  [/^HTTP\/.*\r\nServer: Werkzeug\/(\S+) Python\/([\d.]+)/is, 'http', 'Werkzeug httpd $1 (Python $2)'],
  [/^HTTP\/.*\r\nX-Powered-By: Express/is, 'http', 'Node.js Express framework'],
  [/^HTTP\//, 'http', ''],
]
const QUESTION = 'GET / HTTP/1.0\r\n\r\n'
const WAIT_MS = 700
const MOST_BYTES = 4096

/** @returns service and version of an open port; undefined where it says nothing that is known */
export async function versionOf(
  sys: Sys,
  address: string,
  port: number,
): Promise<readonly [string, string] | undefined> {
  const greeting = await hear(sys, address, port, '')
  return recognised(greeting) ?? recognised(await hear(sys, address, port, QUESTION))
}

export function recognised(text: string): readonly [string, string] | undefined {
  for (const [sign, service, version] of SIGNS) {
    const found = sign.exec(text)
    if (found) return [service, version.replace(/\$(\d)/g, (_, at: string) => found[Number(at)] ?? '')]
  }
  return undefined
}

async function hear(sys: Sys, address: string, port: number, question: string): Promise<string> {
  try {
    const stream = await dial(sys, inet(address, port), WAIT_MS)
    try {
      if (question !== '') await stream.write(new TextEncoder().encode(question))
      const [events = 0] = await sys.poll([{ fd: stream.fd, events: POLLIN }], WAIT_MS)
      if (events === 0) return ''
      return new TextDecoder('latin1').decode(await stream.read(MOST_BYTES))
    } finally {
      stream.close()
    }
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}
