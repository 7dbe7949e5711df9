import { type ByteStream, isErrno } from '@drydock/abi'
import type { ClientResponse, ServerRequest } from '@drydock/http'

/** What follows on 101: bytes go both ways until both sides have ended. RFC 9110 section 7.8 */
export async function passUpgraded(request: ServerRequest, response: ClientResponse): Promise<void> {
  const theirs = response.hijack()
  const ours = request.hijack()
  const fields = [...response.headers].map(([name, text]) => `${name}: ${text}\r\n`).join('')
  await ours.write(new TextEncoder().encode(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`))
  await Promise.all([pump(ours, theirs), pump(theirs, ours)])
  theirs.close()
  ours.close()
}

async function pump(from: ByteStream, to: ByteStream): Promise<void> {
  try {
    for (let bytes = await from.read(); bytes.length > 0; bytes = await from.read()) await to.write(bytes)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  to.shutdown()
}
