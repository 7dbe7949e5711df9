import type { Program } from '@drydock/abi'
import { bootTestKernel } from '@drydock/kernel/testing'
import { describe, expect, it } from 'vitest'
import { shellPrograms } from './index.ts'

const PS1 = '\\u:\\w\\$ '

async function session(steps: readonly { expect?: string; type: string }[]): Promise<string> {
  const kernel = await bootTestKernel(shellPrograms)
  const { output } = await kernel.runOnTerminal(['bash'], { env: { PS1 }, steps })
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
  return output.replace(/\x1b\[\?2004[hl]\r?/g, '')
}

describe('set -o vi', () => {
  const rows: readonly [keys: string, shown: string][] = [
    ['echo abc def\x1bbdwaX\r', 'abc X'],
    ['echo one two three\x1b0wcwzz\x1b\r', 'zz two three'],
    ['echo foo bar baz\x1b2bd2wiQ\r', 'fooQ'],
    ['echo a b c d\x1b0wdwi:\x1bw.\r', '::b c d'],
    ['echo abcabc\x1b0fa;xAz\r', 'abcbcz'],
    ['echo x.y.z w\x1b0eeelr=\r', 'x.=.z w'],
    ['abc\x1bccecho new\r', 'new'],
    ['echo xyz\x1bxxu\r', 'xy'],
    ['echo 1 one\recho 2 two\r\x1bkkA!\r', '1 one!'],
    ['echo 1 one\recho 2 two\r\x1b/one\r\r', '1 one'],
    ['echo (\x7fmark me\x1b0wma$d`aiR\r', 'Re'],
  ]
  it.each(rows)('%j', async (keys, shown) => {
    const output = await session([{ expect: '# ', type: `set -o vi\r${keys}echo done$((1))\rexit\r` }])
    const before = output.slice(0, output.lastIndexOf('done1\r\n'))
    expect(
      before
        .split('\r\n')
        .filter((line) => !/[#$] /.test(line))
        .at(-2),
    ).toBe(shown)
  })
})

describe('keys that were bound', () => {
  const rows: readonly [title: string, keys: string, shown: string][] = [
    ['to other keys', `bind '"\\C-xa": "echo macro$((1))\\n"'\r\x18a`, 'macro1\r\n'],
    ['to a command that changes the line', `bind -x '"\\C-xb": READLINE_LINE="echo x$((2))"'\r\x18b\r`, 'x2\r\n'],
    ['to a function by name', `bind Control-u:kill-whole-line\recho no\x02\x15echo yes$((3))\r`, 'yes3\r\n'],
    ['by inputrc', `printf '"\\\\C-xc": "echo rc$((4))"\\n' > .rc; INPUTRC=.rc bash\r\x18c\rexit\r`, 'rc4\r\n'],
    ['are listed', `bind '"\\C-xm": "ab"'; bind -s\r`, '"\\C-xm": "ab"\r\n'],
    ['can be asked for', 'bind -q yank\r', 'yank can be invoked via "\\C-y".\r\n'],
    ['can be taken away', "bind -r '\\C-y'; bind -q yank\r", 'yank is not bound to any keys.\r\n'],
    ['go by the numeric argument', 'echo one\x1b5x$((1))\r', 'onexxxxx1\r\n'],
    ['yank what was killed before that', 'echo a b c\x17\x1bb\x17\x19\x1by\r', 'cb\r\n'],
    ['make a macro', '\x18(echo m$((1))\x18)\x18e\r', 'm1echo m1\r\n'],
    [
      'complete one after the other',
      `bind '"\\C-n": menu-complete'\recho /root/../bin/bas\x0e\r`,
      '/root/../bin/bash\r\n',
    ],
  ]
  it.each(rows)('%s', async (_, keys, shown) => {
    expect(await session([{ expect: '# ', type: `${keys}exit\r` }])).toContain(shown)
  })
})

describe('an interactive shell', () => {
  const rows: readonly [title: string, keys: string, shown: string][] = [
    ['runs a line', 'echo a$((1+1))b\r', 'a2b\r\n'],
    ['takes the end of the line away with C-u', 'nonsense\x15echo ok$((2*2))\r', 'ok4\r\n'],
    ['inserts in the middle', 'echo xz\x02y$((1))\r', 'xy1z\r\n'],
    ['goes back in the history', 'echo one$((1))\r\x1b[A\x7f\x7f\x7f\x7f\x7f\x7f2$((2))\r', 'one22\r\n'],
    ['asks for the rest with PS2', 'if true\rthen echo in$((3))\rfi\r', '> fi\r\nin3\r\n'],
    ['leaves a line by C-c', 'echo no\x03echo yes$((5))\r', 'yes5\r\n'],
    ['repeats by !!', 'echo r$((6))\r!!\r', 'echo r$((6))\r\nr6\r\n'],
    ['completes a builtin', 'unali\tx$((7)) 2>&1\r', 'bash: unalias: x7: not found\r\n'],
    ['completes a path', 'mkdir() { :; }; cd /ro\t\rpwd\r', '/root\r\n'],
    ['searches on by C-s', 'echo one$((8))\recho two\recho one\r\x12one\x12\x13\r', 'one\r\n'],
    ['changes a word of an event', 'echo a.b$((1))\r!!:s/a/z/\r', 'echo z.b$((1))\r\nz.b1\r\n'],
    ['shows an event without running it', 'echo q$((1))\r!ec:p\r', '\r\necho q$((1))\r\n'],
    ['swaps words by M-t', 'echo b$((1)) a\x1bt\r', 'echo b$((a)) 1'],
    [
      'completes by a function',
      '_f() { COMPREPLY=(alpha$2); }; complete -F _f zz; zz() { echo got-$1; }\rzz \t\r',
      'got-alpha\r\n',
    ],
    ['completes by words', 'complete -W "apple apricot banana" zz; zz() { echo $1-$((1)); }\rzz b\t\r', 'banana-1\r\n'],
    [
      'talks to a coprocess',
      'coproc { read x; echo got:$x; }; echo hi >&${COPROC[1]}; read y <&${COPROC[0]}; echo $y\r',
      'got:hi\r\n',
    ],
    ['searches back by C-r', 'echo findme$((8))\recho other\r\x12findm\r', 'findme8\r\n'],
  ]
  it.each(rows)('%s', async (_, keys, shown) => {
    expect(await session([{ expect: '# ', type: `${keys}exit\r` }])).toContain(shown)
  })

  it('interrupts an endless loop', async () => {
    const output = await session([
      { expect: '# ', type: 'while true; do :; done\r' },
      { expect: 'done\r\n', type: '\x03' },
      { expect: '# ', type: 'echo status $?\rexit\r' },
    ])
    expect(output).toContain('status 130\r\n')
  })
})

const sleeper: Program = {
  name: 'test/sleep',
  paths: ['/bin/sleep'],
  covers: 'full',
  summary: 'sleeps',
  async main({ sys, argv }) {
    await sys.sleep(Number(argv[1]) * 1000)
    return 0
  },
}
const docker: Program = {
  name: 'test/docker',
  paths: ['/bin/docker'],
  covers: 'full',
  summary: 'completes',
  async main({ sys, argv }) {
    const words =
      argv[1] === '__complete'
        ? ['run\tCreate and run', 'rm\tRemove', 'ps\tList', ':4']
        : [`ran ${argv.slice(1).join(' ')}`]
    await sys.write(1, new TextEncoder().encode(`${words.join('\n')}\n`))
    return 0
  },
}

async function withPrograms(steps: readonly { expect?: string | RegExp; type: string }[]): Promise<string> {
  const kernel = await bootTestKernel([...shellPrograms, sleeper, docker])
  const { output } = await kernel.runOnTerminal(['bash'], { env: { PS1 }, steps })
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
  return output
}

describe('job control', () => {
  it('stops, lists, continues and ends a job', async () => {
    const output = await withPrograms([
      { expect: '# ', type: 'sleep 100000\r' },
      { expect: 'sleep 100000', type: '\x1a' },
      { expect: 'Stopped', type: 'jobs\r' },
      { expect: 'Stopped', type: 'fg\r' },
      { expect: 'fg', type: '\x03' },
      { expect: '# ', type: 'echo now $?\r' },
      { expect: 'now 130', type: 'exit\r' },
    ])
    expect(output).toContain('[1]+  Stopped                 sleep 100000')
  }, 5000)

  it('leaves a loop when the program in it is interrupted, and a list as well', async () => {
    const output = await withPrograms([
      { expect: '# ', type: 'while true; do sleep 100000; done; echo never$((1))\r' },
      { expect: 'never', type: '\x03' },
      { expect: '# ', type: 'sleep 100000; echo never$((2))\r' },
      { expect: 'echo never', type: '\x03' },
      { expect: '# ', type: 'echo status $?; exit\r' },
    ])
    expect(output).not.toMatch(/never[12]/)
    expect(output).toContain('status 130')
  }, 20_000)

  it('tells of jobs in the background', async () => {
    const output = await withPrograms([
      { expect: '# ', type: 'sleep 1 &\r' },
      { expect: /\[1\] \d+/, type: 'wait\r\r' },
      { expect: '# ', type: 'exit\r' },
    ])
    expect(output).toMatch(/\[1\] \d+\r\n/)
  }, 5000)
})

describe('completion of docker', () => {
  it('asks docker itself', async () => {
    const output = await withPrograms([{ expect: '# ', type: 'docker p\tx\rexit\r' }])
    expect(output).toContain('ran ps x')
  })
})

describe('other shells', () => {
  it.each([
    ['ash', '~ # '],
    ['dash', '# '],
  ])('%s shows %j', async (name, prompt) => {
    const kernel = await bootTestKernel(shellPrograms)
    const { output } = await kernel.runOnTerminal([name], {
      steps: [{ expect: prompt, type: 'echo ok$((1+1))\rexit 3\r' }],
    })
    expect(output).toContain('ok2\r\n')
    kernel.shutdown()
  })
})
