import type { SwarmInitBody } from '@drydock/docker-api'
import { checkSpec, SwarmError } from '@drydock/swarm'
import { parseSubnet } from '../networks/subnet.ts'
import { invalid, systemProblem } from '../problem.ts'

/** Of a network with a balancer on every node less is no use. */
const MOST_SUBNET_BITS = 29
const FIRST_DATA_PORT = 1024
const LAST_DATA_PORT = 49151

/** What `swarm init` refuses before there is a swarm. moby daemon/cluster/swarm.go @throws Problem */
export function checkInit({ DefaultAddrPool, SubnetSize = 0, DataPathPort = 0, Spec = {} }: SwarmInitBody): void {
  if (DefaultAddrPool?.length) checkPools(DefaultAddrPool, SubnetSize || 24)
  if (DataPathPort !== 0 && (DataPathPort < FIRST_DATA_PORT || DataPathPort > LAST_DATA_PORT))
    throw invalid(`Datapath port number is not in valid range (${FIRST_DATA_PORT}-${LAST_DATA_PORT}) : ${DataPathPort}`)
  try {
    checkSpec(Spec)
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error
    throw systemProblem(`error updating cluster settings: rpc error: code = ${error.code} desc = ${error.message}`)
  }
}

function checkPools(pools: readonly string[], size: number): void {
  if (size > MOST_SUBNET_BITS) throw invalid(`subnet size is out of range: ${size}`)
  for (const pool of pools) {
    const subnet = parseSubnet(pool)
    if (!subnet) throw invalid(`invalid base pool ${pool}: invalid CIDR address: ${pool}`)
    if (size < subnet.bits) throw invalid(`invalid CIDR: "${pool}". Subnet size is too small for pool: ${size}`)
  }
}
