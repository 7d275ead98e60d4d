/** From a save to the first response of the new code, while others ask as well. */
import { scenarioOfSaves } from '../saves.mjs'

export default scenarioOfSaves({
  name: 'reload-busy',
  title: 'Save to new code, plain Django site, 20 requests/s',
  rate: 20,
  targets: [
    { key: 'median', says: 'at most 60', most: () => 60 },
    { key: 'worst', says: 'at most 150', most: () => 150 },
  ],
})
