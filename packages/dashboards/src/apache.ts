import type { Process } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { type Page, serveApp } from './web-app.ts'

/** Serves pages on port 80 as the images whose entry point is Apache with PHP do: its words at the start, its lines of access. */
export async function serveAsApache(process: Process, pages: Readonly<Record<string, Page>>): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  const stamp = (): string =>
    new Date(sys.clock.now()).toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) ([\d:]+).*/, '$1 $3 $2 $5.000000 $4')
  await io.warn(
    `AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using ${sys.uname().nodename}. Set the 'ServerName' directive globally to suppress this message\n`,
  )
  await io.warn(
    `[${stamp()}] [mpm_prefork:notice] [pid ${sys.getpid()}] AH00163: Apache/2.4.66 (Debian) PHP/${process.env.get('PHP_VERSION') ?? '8.3'} configured -- resuming normal operations\n`,
  )
  return serveApp(process, 80, pages, async ({ request }, status, remote) => {
    await io.print(
      `${remote} - - [${stamp()}] "${request.method} ${request.target} ${request.protocol}" ${status} - "-" "${request.headers.get('user-agent') ?? '-'}"\n`,
    )
    await io.out.flush()
  })
}
