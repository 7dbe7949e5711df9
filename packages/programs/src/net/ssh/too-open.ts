/** What ssh and ssh-add say of a private key that others may read. */
export function tooOpenText(path: string, mode: number): string[] {
  const bar = '@'.repeat(59)
  return [
    bar,
    '@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @',
    bar,
    `Permissions 0${(mode & 0o777).toString(8)} for '${path}' are too open.`,
    'It is required that your private key files are NOT accessible by others.',
    'This private key will be ignored.',
  ]
}
