import { isErrno } from '@drydock/abi'
import { type Cli, CliError } from '@drydock/cli-plugin'
import { readAll, readFile } from '@drydock/libc'

/** A file's bytes; `-` is standard input. @throws CliError, also when there are none */
export async function readContent(cli: Cli, name: string): Promise<Uint8Array> {
  const bytes = await readBytes(cli, name)
  if (bytes.length > 0) return bytes
  throw new CliError(`error reading from ${name === '-' ? 'STDIN' : name}: data is empty`)
}

async function readBytes(cli: Cli, name: string): Promise<Uint8Array> {
  if (name === '-') return readAll(cli.sys, 0)
  try {
    return await readFile(cli.sys, name)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`error reading from ${name}: open ${name}: ${error.message.toLowerCase()}`)
  }
}

export const toBase64 = (bytes: Uint8Array): string => {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
