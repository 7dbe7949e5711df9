import { fromBase64, toBase64 } from '@drydock/codec'
import { concat, defineProgram, flag, readAll, UsageError, value } from '@drydock/libc'
import { decodeLatin1 } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'

/** base64: encode or decode. GNU coreutils 9. */
export const base64 = defineProgram({
  name: 'coreutils/base64',
  paths: ['/usr/bin/base64'],
  covers: 'full',
  summary: 'base64 encode/decode data and print to standard output',
  usage: 'base64 [OPTION]... [FILE]',
  options: { decode: flag('d', 'decode'), ignoreGarbage: flag('i', 'ignore-garbage'), wrap: value('w', 'wrap') },
  async main(context) {
    const { sys, io, options: o, operands, fail } = context
    if (operands[1] !== undefined) throw new UsageError(`extra operand '${operands[1]}'`)
    const width = Number(o.wrap ?? 76)
    if (!Number.isInteger(width) || width < 0) {
      await fail(`invalid wrap size: '${o.wrap}'`)
      return 1
    }
    let bad = false
    const good = await eachInput(context, operands, async (fd) => {
      if (o.decode) {
        bad = !(await decode(decodeLatin1(await readAll(sys, fd)), o.ignoreGarbage > 0, (bytes) => io.out.write(bytes)))
        return
      }
      let column = 0
      let rest = new Uint8Array() as Uint8Array
      const emit = async (bytes: Uint8Array): Promise<void> => {
        let text = toBase64(bytes)
        if (width > 0)
          while (column + text.length > width) {
            await io.print(`${text.slice(0, width - column)}\n`)
            text = text.slice(width - column)
            column = 0
          }
        column += text.length
        await io.print(text)
      }
      for (;;) {
        const bytes = await sys.read(fd, 49_152)
        if (bytes.length === 0) break
        const whole = concat([rest, bytes])
        const usable = whole.length - (whole.length % 3)
        rest = whole.slice(usable)
        await emit(whole.subarray(0, usable))
      }
      if (rest.length) await emit(rest)
      if (column > 0 && width > 0) await io.print('\n')
    })
    if (bad) await fail('invalid input')
    return good && !bad ? 0 : 1
  },
})

async function decode(
  text: string,
  ignoreGarbage: boolean,
  write: (bytes: Uint8Array) => void | Promise<void>,
): Promise<boolean> {
  const kept = ignoreGarbage ? text.replace(/[^A-Za-z0-9+/=]/g, '') : text.replace(/\n/g, '')
  const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(kept)?.[0] ?? ''
  await write(fromBase64(valid))
  return valid.length === kept.length
}
