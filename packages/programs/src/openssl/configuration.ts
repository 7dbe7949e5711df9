/** Configuration files of openssl, as `req -config` and `x509 -extfile` read them. config(5). */
export class Configuration {
  private readonly sections = new Map<string, [string, string][]>()

  constructor(text: string, env: ReadonlyMap<string, string> = new Map()) {
    let current = 'default'
    for (const raw of text.replaceAll(/\\\r?\n/g, '').split('\n')) {
      const line = raw.replace(/(^|[^\\])#.*$/, '$1').trim()
      const header = /^\[\s*(.*?)\s*\]$/.exec(line)
      if (header) current = header[1] ?? 'default'
      else if (line.includes('=')) {
        const [, name = '', value = ''] = /^([^=]*?)\s*=\s*(.*)$/s.exec(line) ?? []
        const filled = value
          .replace(/\$(?:\{)?(?:ENV::)(\w+)\}?/g, (_, each: string) => env.get(each) ?? '')
          .replace(/^(["'])(.*)\1$/, '$2')
        this.sections.set(current, [...this.section(current), [name.trim(), filled]])
      }
    }
  }

  readonly section = (name: string): [string, string][] => this.sections.get(name) ?? []
  get(section: string, name: string): string | undefined {
    return this.section(section).findLast(([each]) => each === name)?.[1]
  }
}

/** What stands in /etc/ssl/openssl.cnf, as far as it matters here. */
export const DEFAULT_CONFIGURATION = `[ req ]
default_bits = 2048
default_keyfile = privkey.pem
distinguished_name = req_distinguished_name
x509_extensions = v3_ca
[ req_distinguished_name ]
countryName = Country Name (2 letter code)
countryName_default = AU
countryName_max = 2
stateOrProvinceName = State or Province Name (full name)
stateOrProvinceName_default = Some-State
localityName = Locality Name (eg, city)
0.organizationName = Organization Name (eg, company)
0.organizationName_default = Internet Widgits Pty Ltd
organizationalUnitName = Organizational Unit Name (eg, section)
commonName = Common Name (e.g. server FQDN or YOUR name)
emailAddress = Email Address
[ v3_ca ]
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid:always,issuer
basicConstraints = critical,CA:true
[ v3_req ]
basicConstraints = CA:FALSE
keyUsage = nonRepudiation, digitalSignature, keyEncipherment
`
