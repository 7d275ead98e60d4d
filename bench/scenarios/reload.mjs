/** From a save to the first response of the new code, when nobody else asks. */
import { scenarioOfSaves } from '../saves.mjs'

export default scenarioOfSaves('reload', 'Save to new code, plain Django site', 0)
