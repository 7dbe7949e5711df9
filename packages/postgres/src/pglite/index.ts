export { type PgliteHost, runPglite } from './driver.ts'
export { makeTemplate } from './template.ts'
