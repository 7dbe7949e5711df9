/** An application as it is found in docker's documentation, courses and sample collections: its files, and what must run. */
export interface Sample {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  /** Services that stay up; the images of others have no server here, or end by themselves. */
  readonly running: readonly string[]
  /** Flags of compose, before the command. */
  readonly flags?: string
  /** A line of shell that must end with status 0 while it is up. */
  readonly check?: string
}

export const NODE_SERVER = (port: number, text: string): string =>
  `require('http').createServer((q, s) => s.end(${JSON.stringify(text)} + '\\n')).listen(${port})\n`
export const NODE_DOCKERFILE = 'FROM node:18-alpine\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n'
export const PROXY = (upstream: string): string =>
  `server {\n  listen 80;\n  location / {\n    proxy_pass http://${upstream};\n  }\n}\n`
