import { InvalidReference, parseReference as parse, type Reference, withDefaultTag } from '@drydock/oci'
import { invalid } from '../problem.ts'

export { type Reference, withDefaultTag }

/** Reads a name as users type it; a missing tag stays missing. @throws Problem invalid */
export function parseReference(text: string): Reference {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof InvalidReference)) throw error
    throw invalid(error.message)
  }
}

/** Without what every user leaves out: `nginx`, `user/app`, `localhost:5000/app`. */
export function familiarName({ domain, path }: Reference): string {
  if (domain !== 'docker.io') return `${domain}/${path}`
  return path.replace(/^library\//, '')
}

export const familiarString = (reference: Reference): string =>
  familiarName(reference) +
  (reference.tag ? `:${reference.tag}` : '') +
  (reference.digest ? `@${reference.digest}` : '')
