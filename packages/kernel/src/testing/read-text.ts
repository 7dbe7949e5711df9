import { O_RDONLY, type Sys } from '@drydock/abi'

/** A whole file as text. */
export async function readText(sys: Sys, path: string): Promise<string> {
  const fd = sys.open(path, O_RDONLY)
  let text = ''
  for (;;) {
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) break
    text += new TextDecoder().decode(bytes)
  }
  sys.close(fd)
  return text
}
