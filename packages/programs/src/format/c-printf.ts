export { type Conversion, formatFloat, formatInteger, pad } from '@drydock/libc'
