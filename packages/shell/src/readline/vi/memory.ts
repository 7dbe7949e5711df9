/** What f, F, t and T look for, for `;` and `,`. */
export interface CharSearch {
  readonly char: string
  readonly by: 1 | -1
  /** Stop before it. */
  readonly till: boolean
}

/** State that vi's commands keep beside the line. */
export interface ViMemory {
  search?: CharSearch
  /** The last search in the history went back. */
  back?: boolean
  readonly marks: Map<string, number>
}
