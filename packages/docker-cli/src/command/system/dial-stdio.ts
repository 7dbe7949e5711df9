import { type Cli, defineCommand, noArgs } from '@drydock/cli-plugin'
import { type ByteStream, EPIPE } from '@drydock/abi'
import { readStream } from '../read-stream.ts'

/** What `-H ssh://` runs on the other machine: the engine's socket on standard input and output. */
export const dialStdio = defineCommand({
  name: 'dial-stdio',
  use: 'dial-stdio',
  short: 'Proxy the stdio stream to the daemon connection. Should not be invoked manually.',
  hidden: true,
  args: noArgs,
  flags: {},
  async run({ cli }) {
    const stream = await cli.client.transport.connect()
    try {
      void send(cli, stream)
      for (;;) {
        const bytes = await stream.read()
        if (bytes.length === 0) return
        await cli.sys.write(1, bytes)
      }
    } finally {
      stream.close()
    }
  },
})

/** The end of the input is the end of what is asked, not of the answer. */
async function send(cli: Cli, stream: ByteStream): Promise<void> {
  try {
    for await (const bytes of readStream(cli, 0)) await stream.write(bytes)
    stream.shutdown()
  } catch (error) {
    if (error !== EPIPE) throw error
  }
}
