/** What a reload costs when every worker starts from nothing, beside what Python alone needs for the same import. */
import { scenarioOfSaves } from '../saves.mjs'

export default scenarioOfSaves({
  name: 'reload-cold',
  title: 'Save to new code, plain Django site, --cold-restart',
  cold: true,
  plainImport: 'import mysite.wsgi',
  targets: [
    {
      key: 'median',
      says: 'at most 1.3 x plain import + 60',
      most: ({ plain }) => 1.3 * plain + 60,
    },
  ],
})
