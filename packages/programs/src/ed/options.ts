import { flag, value } from '@drydock/libc'

export const edOptions = {
  extended: flag('E', 'extended-regexp'),
  traditional: flag('G', 'traditional'),
  loose: flag('l', 'loose-exit-status'),
  prompt: value('p', 'prompt'),
  restricted: flag('r', 'restricted'),
  silent: flag('s', 'quiet'),
  silentToo: flag('', 'silent'),
  verbose: flag('v', 'verbose'),
  version: flag('V', 'version'),
}
