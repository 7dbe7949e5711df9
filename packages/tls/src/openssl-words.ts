import type { VerifyProblem } from './verify.ts'

/** Why a certificate is not believed, in the words of curl with OpenSSL. */
export function opensslCertificateWords(problem: VerifyProblem): string {
  switch (problem.kind) {
    case 'expired':
      return 'SSL certificate problem: certificate has expired'
    case 'not yet valid':
      return 'SSL certificate problem: certificate is not yet valid'
    case 'wrong name':
      return /^[\d.]+$/.test(problem.wanted)
        ? `SSL: no alternative certificate subject name matches target ipv4 address '${problem.wanted}'`
        : `SSL: no alternative certificate subject name matches target host name '${problem.wanted}'`
    case 'no names':
      return `SSL: certificate subject name '${problem.commonName}' does not match target host name '${problem.wanted}'`
    case 'wrong usage':
      return 'SSL certificate problem: unsuitable certificate purpose'
    case 'self signed':
      return 'SSL certificate problem: self-signed certificate'
    default:
      return 'SSL certificate problem: unable to get local issuer certificate'
  }
}
