import { expect, test } from '@playwright/test'
import { readFileSync } from 'node:fs'

test('python: none of it is fetched ahead for offline use', () => {
  const worker = readFileSync('dist/drydock-offline.js', 'utf8')
  expect(worker).toContain('session-worker')
  expect(worker).not.toMatch(/\.\/pyodide\/|\.\/assets\/python-index/)
})
