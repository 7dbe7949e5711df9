import { O_RDWR, type Sys } from '@drydock/abi'

/** Gives the standard streams of a daemon to /dev/null. daemon(3). */
export function detach(sys: Sys): void {
  const fd = sys.open('/dev/null', O_RDWR)
  for (const stream of [0, 1, 2]) sys.dup2(fd, stream)
  if (fd > 2) sys.close(fd)
}
