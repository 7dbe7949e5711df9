import type { Phrase } from './phrase-book.ts'

/** What many programs say; an applet's own phrases come first. */
export const COMMON_PHRASES: readonly Phrase[] = [
  ["cannot stat '%s': %s", "can't stat '%s': %s"],
  ["cannot access '%s': %s", '%s: %s'],
  ["cannot open directory '%s': %s", "can't open '%s': %s"],
  ["cannot open '%s' for reading: %s", "can't open '%s': %s"],
  ["failed to open '%s' for reading: %s", '%s: %s'],
  ["error reading '%s': %s", 'read error: %2$s'],
  ["failed to run command '%s': %s", "can't execute '%s': %s"],
  ["'%s': no such user", 'unknown user %s'],
]
