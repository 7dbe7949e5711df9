export { strftime, timeZone, UTC, type Zone } from '@drydock/libc'
