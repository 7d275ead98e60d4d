/** Whether HEAD reaches the application as GET: --map-head-to-get. */
import type { Settings } from '../settings/settings.js'

/**
 * With `Auto` only where a filter of the response needs the body to get the head right, as it seems to Apache: also one
 * that adds fields.
 */
export function mapsHead({ mapHeadToGet, compressResponses }: Settings, adds: boolean): boolean {
  const word = mapHeadToGet.toLowerCase()
  return word === 'on' || (word === 'auto' && (compressResponses || adds))
}
