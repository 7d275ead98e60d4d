import { readdirSync, readlinkSync } from 'node:fs'

/** How many descriptors this process has open of files whose path starts with `path`; Linux only. */
export function openDescriptors(path: string): number {
  return readdirSync('/proc/self/fd').filter(name => linkOf(name).startsWith(path)).length
}

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return ''
  }
}
