/** A shell that was told to end, with the status it ends with. */
export class Quit extends Error {
  readonly status: number
  constructor(status: number) {
    super('quit')
    this.status = status
  }
}
