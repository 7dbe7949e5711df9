import { isDirectory, isErrno, type Sys } from '@drydock/abi'
import { readAll, readTextFile } from '@drydock/libc'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { Files } from '../load/loader.ts'

/** The files of the process; `-` is standard input. */
export function systemFiles(sys: Sys): Files {
  let input: Promise<string> | undefined
  const readInput = async (): Promise<string> => new TextDecoder().decode(await readAll(sys, 0))
  return {
    async read(path) {
      try {
        return path === '-' ? await (input ??= readInput()) : await readTextFile(sys, path)
      } catch (error) {
        if (!isErrno(error)) throw error
        throw new ComposeError(`open ${path}: ${error.message.toLowerCase()}`)
      }
    },
    kind(path) {
      if (path === '-') return 'file'
      try {
        return isDirectory(sys.stat(path).mode) ? 'folder' : 'file'
      } catch (error) {
        if (isErrno(error)) return undefined
        throw error
      }
    },
  }
}
