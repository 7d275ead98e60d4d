/** A long day of saving, with requests all the time: nothing may be lost, and memory has to stay. */
import { scenarioOfSaves } from '../saves.mjs'

export default scenarioOfSaves({
  name: 'reload-many',
  title: '200 saves in a row, plain Django site, 50 requests/s',
  servers: ['modwsgi-dev'],
  rate: 50,
  saves: 200,
  // Several saves in one second, and the whole in less than three minutes.
  wait: () => 600,
  memoryAfter: 20,
})
