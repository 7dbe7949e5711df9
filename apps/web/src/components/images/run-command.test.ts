import { describe, expect, it } from 'vitest'
import { EMPTY_FORM, runCommand } from './run-command.ts'

describe('the command that the run form stands for', () => {
  it.each([
    [{ image: 'nginx' }, 'docker run -d nginx'],
    [
      { image: 'nginx:alpine', name: 'web', ports: '8080:80\n\n 443:443 ' },
      'docker run -d --name web -p 8080:80 -p 443:443 nginx:alpine',
    ],
    [
      { image: 'alpine', detached: false, interactive: true, removed: true, command: 'sh' },
      'docker run -it --rm alpine sh',
    ],
    [{ image: 'redis', environment: "A=it's\nB=two words" }, "docker run -d -e 'A=it'\\''s' -e 'B=two words' redis"],
    [
      { image: 'postgres', mounts: 'data:/var/lib', restart: 'always' as const },
      'docker run -d --restart always -v data:/var/lib postgres',
    ],
    [{}, 'docker run -d IMAGE'],
  ])('%o', (form, command) => {
    expect(runCommand({ ...EMPTY_FORM, ...form })).toBe(command)
  })
})
