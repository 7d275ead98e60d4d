/** From a save to the first response of the new code, for a site that needs seconds to import what it uses. */
import { heavyPackages, makeHeavySite } from '../heavy-site.mjs'
import { scenarioOfSaves } from '../saves.mjs'

export default scenarioOfSaves({
  name: 'reload-heavy',
  title: 'Save to new code, Django site with data packages',
  packages: heavyPackages,
  targets: [{ key: 'median', says: 'at most 150', most: () => 150 }],
  makeSite: makeHeavySite,
  plainImport: 'import mysite.wsgi, mysite.urls',
})
