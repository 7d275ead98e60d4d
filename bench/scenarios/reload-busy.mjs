/** From a save to the first response of the new code, while others ask as well. */
import { scenarioOfSaves } from '../saves.mjs'

export default scenarioOfSaves(
  'reload-busy',
  'Save to new code, plain Django site, 20 requests/s',
  20,
)
