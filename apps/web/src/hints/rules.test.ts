import { describe, expect, test } from 'vitest'
import { hintFor } from './rules.ts'

const needsImage = "docker: 'docker run' requires at least 1 argument"
const rows: readonly [command: string, output: string, expected: string | undefined][] = [
  ['docker run -dp 8080:docker/getting-started:pwd', needsImage, 'docker run -dp 8080:80 docker/getting-started:pwd'],
  ['docker run -d -p 80:nginx', needsImage, 'docker run -d -p 80:80 nginx'],
  ['docker run', needsImage, undefined],
  [
    'docker run --name web nginx',
    'Conflict. The container name "/web" is already in use by container "1"',
    'docker rm -f web',
  ],
  ['ls', 'a  b', undefined],
]

describe('hintFor', () => {
  test.each(rows)('%s', (command, output, expected) => {
    expect(hintFor({ command, output })?.command).toBe(expected)
  })
})
