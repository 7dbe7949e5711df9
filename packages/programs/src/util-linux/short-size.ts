/** `50G`, `1.5G`: one decimal only where it is not zero. size_to_human_string() of util-linux */
export function shortSize(bytes: number): string {
  let scaled = bytes
  let power = 0
  for (; scaled >= 1024 && power < 5; scaled /= 1024) power++
  return `${scaled.toFixed(1).replace(/\.0$/, '')}${'BKMGTP'.charAt(power)}`
}
