import type { VerifyProblem } from './verify.ts'

const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

/** Why a certificate is not believed, in the words of Go's crypto/x509. */
export function goCertificateWords(problem: VerifyProblem): string {
  switch (problem.kind) {
    case 'expired':
      return `x509: certificate has expired or is not yet valid: current time ${seconds(problem.nowMs)} is after ${seconds(problem.certificate.notAfterMs)}`
    case 'not yet valid':
      return `x509: certificate has expired or is not yet valid: current time ${seconds(problem.nowMs)} is before ${seconds(problem.certificate.notBeforeMs)}`
    case 'no names':
      return /^[\d.]+$/.test(problem.wanted)
        ? `x509: cannot validate certificate for ${problem.wanted} because it doesn't contain any IP SANs`
        : 'x509: certificate relies on legacy Common Name field, use SANs instead'
    case 'wrong name':
      return wrongName(problem.wanted, problem.names)
    case 'wrong usage':
      return 'x509: certificate specifies an incompatible key usage'
    case 'no certificate':
      return 'x509: no certificate'
    default:
      return 'x509: certificate signed by unknown authority'
  }
}

function wrongName(wanted: string, names: readonly string[]): string {
  if (names.length === 0 && /^[\d.]+$/.test(wanted))
    return `x509: cannot validate certificate for ${wanted} because it doesn't contain any IP SANs`
  return `x509: certificate is ${names.length === 0 ? 'not valid for any names, but wanted to match' : `valid for ${names.join(', ')}, not`} ${wanted}`
}
