/** What of semver is used here. */
declare module 'semver' {
  interface Semver {
    satisfies(version: string, range: string): boolean
    maxSatisfying(versions: readonly string[], range: string): string | null
    valid(version: string): string | null
    validRange(range: string): string | null
    /** @param how `patch`, `minor`, `prerelease` and so on */
    inc(version: string, how: string, identifier?: string): string | null
  }
  const semver: Semver
  export default semver
}
