import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

/** Commands that go wrong, the words they say and the status they leave. */
const ROWS: readonly {
  readonly before?: string
  readonly command: string
  readonly words: RegExp
  readonly status: number
}[] = [
  { command: 'nosuchcommand', words: /bash: nosuchcommand: command not found/, status: 127 },
  {
    command: 'docker pull nosuchimage123',
    words:
      /Error response from daemon: pull access denied for nosuchimage123, repository does not exist or may require 'docker login'/,
    status: 1,
  },
  {
    command: 'docker run nosuchimage123',
    words: /docker: Error response from daemon: pull access denied for nosuchimage123/,
    status: 125,
  },
  {
    before: 'docker run -d --name web busybox sleep 1000',
    command: 'docker run --name web busybox',
    words: /Conflict\. The container name "\/web" is already in use by container "[0-9a-f]{64}"/,
    status: 125,
  },
  {
    before: 'docker run -d -p 8081:80 busybox sleep 1000',
    command: 'docker run -d -p 8081:80 busybox sleep 1',
    words: /Bind for 0\.0\.0\.0:8081 failed: port is already allocated/,
    status: 125,
  },
  { command: 'docker inspect nothere', words: /Error: No such object: nothere/, status: 1 },
  { command: 'docker logs nothere', words: /Error response from daemon: No such container: nothere/, status: 1 },
  {
    command: 'docker rm web',
    words: /cannot remove container "web": container is running: stop the container before removing or force remove/,
    status: 1,
  },
  {
    command: 'docker run busybox nosuchprogram',
    words: /exec: "nosuchprogram": executable file not found in \$PATH/,
    status: 127,
  },
  {
    before: 'docker pull -q node; echo "let a = ;" > bad.js; echo "require(\'./bad.js\')" > main.js',
    command: 'docker run --rm -v $PWD:/w node node /w/main.js',
    words: /\/w\/bad\.js:1let a = ;\s*\^SyntaxError: Unexpected token ';'/,
    status: 1,
  },
  { command: 'docker frobnicate', words: /docker: unknown command: docker frobnicate/, status: 1 },
]

test('errors come in the real words and with the real status', async ({ page }) => {
  const playground = await Playground.open(page)
  for (const { before, command, words, status } of ROWS) {
    if (before) await playground.run(before)
    const said = (await playground.run(command)).replaceAll('\n', '')
    expect(said, command).toMatch(new RegExp(words.source.replaceAll(' ', ' ?')))
    expect(await playground.run('echo $?'), command).toMatch(new RegExp(`^${status}$`, 'm'))
  }
})
