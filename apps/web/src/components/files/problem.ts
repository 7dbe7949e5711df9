/** Something wrong in a file, on lines counted from 1, both ends included. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly from: number
  readonly to: number
}
