/** How a transfer failed: curl's exit code and its words. libcurl-errors(3). */
export class CurlFailure extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
