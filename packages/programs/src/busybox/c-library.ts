import { isErrno, type Sys, X_OK } from '@drydock/abi'

const MUSL = '/lib/ld-musl-x86_64.so.1'

/** Errors that musl's strerror(3) words otherwise than glibc's. */
const MUSL_ERRORS: ReadonlyMap<string, string> = new Map([
  ['Input/output error', 'I/O error'],
  ['Cannot allocate memory', 'Out of memory'],
  ['Device or resource busy', 'Resource busy'],
  ['Invalid cross-device link', 'Cross-device link'],
  ['Inappropriate ioctl for device', 'Not a tty'],
  ['File name too long', 'Filename too long'],
  ['Too many levels of symbolic links', 'Symbolic link loop'],
  ['Numerical result out of range', 'Result not representable'],
  ['Address already in use', 'Address in use'],
  ['Cannot assign requested address', 'Address not available'],
  ['Network is unreachable', 'Network unreachable'],
  ['Connection reset by peer', 'Connection reset by peer'],
  ['Connection timed out', 'Operation timed out'],
  ['No route to host', 'Host is unreachable'],
  ['Operation not supported', 'Not supported'],
  ['Too many open files', 'No file descriptors available'],
  ['Invalid seek', 'Invalid seek'],
  ['Illegal seek', 'Invalid seek'],
])

/** Complaints of getopt_long(3): glibc's, and how musl has them. */
const MUSL_OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/^invalid option -- '(.*)'$/, 'unrecognized option: $1'],
  [/^unrecognized option '--(.*)'$/, 'unrecognized option: $1'],
  [/^option requires an argument -- '(.*)'$/, 'option requires an argument: $1'],
  [/^option '--(.*)' requires an argument$/, 'option requires an argument: $1'],
  [/^option '--(.*)' doesn't allow an argument$/, 'option does not take an argument: $1'],
  [/^option '--(.*)' is ambiguous$/, 'option is ambiguous: $1'],
]

/** Whether the image's programs are built with musl, as Alpine's are; others have glibc. */
export function usesMusl(sys: Sys): boolean {
  try {
    sys.access(MUSL, X_OK)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** Is it a complaint of getopt's? */
export const isOptionComplaint = (message: string): boolean => MUSL_OPTIONS.some(([pattern]) => pattern.test(message))

export function muslOptionComplaint(message: string): string {
  const [pattern, words] = MUSL_OPTIONS.find(([candidate]) => candidate.test(message)) ?? []
  return pattern && words !== undefined ? message.replace(pattern, words) : message
}

/** The reason at the end of a line, in musl's words. */
export function muslReason(line: string): string {
  const at = line.lastIndexOf(': ')
  const reason = MUSL_ERRORS.get(line.slice(at + 2))
  return at < 0 || reason === undefined ? line : line.slice(0, at + 2) + reason
}
