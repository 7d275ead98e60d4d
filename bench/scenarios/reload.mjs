/** From a save to the first response of the new code, when nobody else asks. */
import { scenarioOfSaves } from '../saves.mjs'

export default scenarioOfSaves({
  name: 'reload',
  title: 'Save to new code, plain Django site',
  targets: [
    { key: 'median', says: 'at most 60', most: () => 60 },
    { key: 'worst', says: 'at most 150', most: () => 150 },
  ],
})
