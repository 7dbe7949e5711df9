import { defineProgram } from '@drydock/libc'
import { Editor } from './editor.ts'
import { edOptions } from './options.ts'

/** ed: the classic line editor. POSIX.1-2017 ed; GNU ed 1.19. */
export const ed = defineProgram({
  name: 'ed/ed',
  paths: ['/usr/bin/ed'],
  covers: 'partial',
  lacks: ['signals: ^C ends it', 'lines of l that are folded'],
  summary: 'line-oriented text editor',
  usage: 'ed [options] [file]',
  sizeBytes: 59_688,
  options: edOptions,
  async main(context) {
    const { options: o, operands, io } = context
    if (o.version) {
      await io.print('GNU ed 1.19\n')
      return 0
    }
    return new Editor(context).run(operands[0])
  },
})
