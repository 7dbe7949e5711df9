import type { SessionClient } from '../client/session-client.ts'
import { TEMPLATES } from './templates.ts'

/** Puts the template's files in place. @returns the command that is to be typed, if any */
export async function prepareTemplate(client: SessionClient, host: string, name: string): Promise<string | undefined> {
  const template = Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name] : undefined
  if (!template) return undefined
  for (const [path, text] of Object.entries(template.files)) {
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth++)
      await client.api.makeDirectory(host, `/root/${parts.slice(0, depth).join('/')}`).catch(() => undefined)
    await client.api.writeFile(host, `/root/${path}`, new TextEncoder().encode(text))
  }
  return template.command
}
