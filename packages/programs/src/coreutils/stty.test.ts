import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

/** Runs command lines of stty one after another on one terminal. @returns what the last one shows */
async function onTerminal(lines: readonly string[], size = { rows: 24, cols: 80 }): Promise<string> {
  const { sys } = kernel
  const { master, slave, name } = sys.openpty(size)
  let shown = ''
  for (const line of lines) {
    const { stdout, stderr } = await kernel.run(['stty', '-F', name, ...line.split(' ').filter(Boolean)])
    shown = stdout + stderr
  }
  sys.close(master)
  sys.close(slave)
  return shown
}

test('-a prints every setting, in lines as wide as the window', async () => {
  expect(await onTerminal(['-a'])).toBe(`speed 38400 baud; rows 24; columns 80; line = 0;
intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; eol = <undef>;
eol2 = <undef>; swtch = <undef>; start = ^Q; stop = ^S; susp = ^Z; rprnt = ^R;
werase = ^W; lnext = ^V; discard = ^O; min = 1; time = 0;
-parenb -parodd -cmspar cs8 -hupcl -cstopb cread -clocal -crtscts
-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr icrnl ixon -ixoff
-iuclc -ixany -imaxbel iutf8
opost -olcuc -ocrnl onlcr -onocr -onlret -ofill -ofdel nl0 cr0 tab0 bs0 vt0 ff0
isig icanon iexten echo echoe echok -echonl -noflsh -xcase -tostop -echoprt
echoctl echoke -flusho -extproc
`)
  expect(await onTerminal(['cols 60', '-a'])).toContain(
    'intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D;\neol = <undef>;',
  )
})

/** Settings, and what is then told to differ from the usual. As GNU stty 9.1 tells it. */
test.each<[string[], string]>([
  [[], '-brkint -imaxbel iutf8\n'],
  [['sane'], ''],
  [['sane', '-echo'], '-echo\n'],
  [['sane', 'erase X min 3 -icanon'], 'erase = X; min = 3; time = 0;\n-icanon\n'],
  [['sane', 'raw'], 'min = 1; time = 0;\n-brkint -icrnl -ixon -imaxbel\n-opost\n-isig -icanon\n'],
  [['sane', 'cbreak'], 'min = 1; time = 0;\n-icanon\n'],
  [['sane', 'intr ^X susp undef'], 'intr = ^X; susp = <undef>;\n'],
  [['sane', 'evenp'], 'parenb cs7\n'],
  [['sane', '-tabs olcuc'], 'olcuc tab3\n'],
  [['sane', 'nl', '-nl'], ''],
])('%j', async (lines, told) => {
  expect(await onTerminal([...lines, ''])).toBe(`speed 38400 baud; line = 0;\n${told}`)
})

test('-g is read back', async () => {
  const saved = (await onTerminal(['-echo intr ^A cs7 min 4 time 5 9600', '-g'])).trim()
  expect(saved).toMatch(/^[\da-f]+(:[\da-f]+){20,}$/)
  expect(await onTerminal([saved, ''])).toBe(await onTerminal(['-echo intr ^A cs7 min 4 time 5 9600', '']))
})

test('sizes, speeds and mistakes', async () => {
  expect(await onTerminal(['rows 40 cols 100', 'size'])).toBe('40 100\n')
  expect(await onTerminal(['ispeed 9600', 'speed'])).toBe('38400\n')
  expect(await onTerminal(['fancy'])).toBe("stty: invalid argument 'fancy'\nTry 'stty --help' for more information.\n")
  expect(await onTerminal(['intr'])).toBe("stty: missing argument to 'intr'\nTry 'stty --help' for more information.\n")
  expect(await onTerminal(['-a -echo'])).toBe('stty: when specifying an output style, modes may not be set\n')
  expect((await kernel.run(['stty'])).stderr).toBe("stty: 'standard input': Inappropriate ioctl for device\n")
})

/** What is typed at cat, what the screen shows and what cat reads: by the line discipline, not by stty. */
test.each<[string, string, string]>([
  ['', 'ab\x7fc\r', 'ab\b \bc\r\nac\r\n'],
  ['-echoe', 'ab\x7fc\r', 'ab^?c\r\nac\r\n'],
  ['echoprt', 'abc\x7f\x7fd\r', 'abc\\cb/d\r\nad\r\n'],
  ['-echoke', 'abc\x15d\r', 'abc^U\r\nd\r\nd\r\n'],
  ['-echo echonl', 'ab\r', '\r\nab\r\n'],
  ['olcuc', 'ab\r', 'AB\r\nAB\r\n'],
  ['iuclc', 'AB\r', 'ab\r\nab\r\n'],
  ['igncr', 'a\rb\n', 'ab\r\nab\r\n'],
  ['eol ;', 'a;', 'a;a;'],
  ['-tabs', 'a\tb\r', 'a       b\r\na       b\r\n'],
  ['-onlcr', 'a\r', 'a\na\n'],
  ['erase X', 'abXc\r', 'ab\b \bc\r\nac\r\n'],
  ['-iutf8', 'aé\x7f\x7f\r', 'aé\b \b\r\na\r\n'],
])('stty %s, %j', async (settings, typed, shown) => {
  const terminal = await kernel.openTerminal(['cat'])
  const { name } = { name: kernel.sys.readlink(`/proc/${terminal.pid}/fd/0`) }
  await kernel.sys.sleep(1)
  if (settings !== '') expect((await kernel.run(['stty', '-F', name, ...settings.split(' ')])).stderr).toBe('')
  await terminal.type(typed)
  await kernel.sys.sleep(5)
  expect(terminal.output()).toBe(shown)
  terminal.hangUp()
  await terminal.ended
})
