import { bootTestKernel } from '@drydock/kernel/testing'
import { shellPrograms } from '@drydock/shell'
import { expect, it } from 'vitest'
import { script } from './script.ts'

const boot = () => bootTestKernel([...shellPrograms, script])
const env = { SHELL: '/bin/bash' }

it('keeps what a command prints, with its status', async () => {
  const kernel = await boot()
  const result = await kernel.run(['script', '-e', '-c', 'echo hi; exit 3', 'log'], { env })
  expect(result).toMatchObject({
    stdout: "Script started, output log file is 'log'.\nhi\r\nScript done.\n",
    stderr: '',
    status: 3,
  })
  const log = (await kernel.run(['bash', '-c', 'while IFS= read -r line; do echo "$line"; done < log'])).stdout
  expect(log).toMatch(
    /^Script started on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00 \[COMMAND="echo hi; exit 3" <not executed on terminal>\]\nhi\r\n\nScript done on .* \[COMMAND_EXIT_CODE="3"\]\n$/,
  )
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

it('is a terminal within a terminal', async () => {
  const kernel = await boot()
  const { output, status } = await kernel.runOnTerminal(['script', '-q', 'log'], {
    env,
    steps: [
      { expect: /[#$] $/, type: 'test -t 0 && echo is"" a terminal\r' },
      { expect: 'is a terminal', type: 'exit\r' },
    ],
  })
  expect(status).toBe(0)
  expect(output).not.toContain('Script started')
  const log = (await kernel.run(['bash', '-c', 'while IFS= read -r line; do echo "$line"; done < log'])).stdout
  expect(log).toMatch(/^Script started on .* \[TERM="xterm-256color" TTY="\/dev\/pts\/\d+" COLUMNS="80" LINES="24"\]\n/)
  expect(log).toContain('is a terminal\r\n')
  kernel.shutdown()
})

it('refuses a second file', async () => {
  const kernel = await boot()
  expect(await kernel.run(['script', 'a', 'b'])).toMatchObject({
    stderr: "script: unexpected number of arguments\nTry 'script --help' for more information.\n",
    status: 1,
  })
  kernel.shutdown()
})

it('keeps what is typed and when, in the advanced format', async () => {
  const kernel = await boot()
  const run = await kernel.run(['script', '-I', 'i', '-O', 'o', '-T', 't', '-c', 'read x; echo got $x'], {
    env,
    stdin: 'typed\n',
  })
  expect(run.stdout).toContain("Script started, output log file is 'o', input log file is 'i', timing file is 't'.\n")
  const timings = (await kernel.run(['bash', '-c', 'while IFS= read -r line; do echo "$line"; done < t'])).stdout
  expect(timings).toMatch(
    /^H 0\.000000 START_TIME .*\nH 0\.000000 SHELL \/bin\/bash\nH 0\.000000 COMMAND read x; echo got \$x\n/,
  )
  expect(timings).toMatch(/\nI \d+\.\d{6} 6\n/)
  expect(timings).toMatch(/\nO \d+\.\d{6} \d+\n/)
  expect((await kernel.run(['script', '-m', 'bogus', '-c', 'true', 'x'])).stderr).toBe(
    "script: unsupported logging format: 'bogus'\n",
  )
  kernel.shutdown()
})
