import { concatBytes, encodeUtf8 } from '../bytes.ts'
import { encodeTarHeader, tarEnd, tarPadding } from './block.ts'
import { type TarHeader, tarHeader } from './header.ts'

/**
 * Makes an archive piece by piece; every call gives the bytes to send. The caller sends exactly `header.size` bytes of
 * content between `header` and `padding`.
 */
export class TarWriter {
  header(header: TarHeader): Uint8Array {
    return encodeTarHeader(header)
  }

  padding(size: number): Uint8Array {
    return tarPadding(size)
  }

  /** A member whose content is in memory; its size is the content's. */
  member(header: TarHeader, content: Uint8Array = new Uint8Array(0)): Uint8Array {
    return concatBytes([encodeTarHeader({ ...header, size: content.length }), content, tarPadding(content.length)])
  }

  end(): Uint8Array {
    return tarEnd()
  }
}

/** One member of `writeTar`: name and content, the other fields as `tarHeader` has them by default. */
export interface TarInput extends Partial<Omit<TarHeader, 'name' | 'size'>> {
  readonly name: string
  readonly content?: Uint8Array | string
}

/** A whole archive in memory. */
export function writeTar(members: Iterable<TarInput>): Uint8Array {
  const writer = new TarWriter()
  const parts: Uint8Array[] = []
  for (const { name, content = '', ...fields } of members) {
    const bytes = typeof content === 'string' ? encodeUtf8(content) : content
    parts.push(writer.member(tarHeader(name, fields), bytes))
  }
  parts.push(writer.end())
  return concatBytes(parts)
}
