/** Name and password of a host in the text of a .netrc. netrc(5) @returns `name:password` */
export function netrcUser(text: string, host: string): string | undefined {
  const words = text.replace(/^\s*#.*$/gm, '').split(/\s+/)
  let [mine, login, password]: [boolean, string | undefined, string] = [false, undefined, '']
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (word === 'machine' || word === 'default') {
      if (mine && login !== undefined) break
      mine = word === 'default' || words[++at] === host
    } else if (mine && word === 'login') login = words[++at]
    else if (mine && word === 'password') password = words[++at] ?? ''
  }
  return login === undefined ? undefined : `${login}:${password}`
}
