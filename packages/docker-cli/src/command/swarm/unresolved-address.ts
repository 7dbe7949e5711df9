import { ApiError } from '@drydock/docker-api'

/** The engine could not tell which of its addresses others are to use. */
export const isUnresolvedAddress = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  /could not choose an IP address to advertise|could not find the system's IP address/.test(error.message)
