/** What a real page costs: Django's default middleware and one template. */
import { makeDjangoSite } from '../django-site.mjs'
import { loadColumns, measureLoad } from '../load.mjs'

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'django-view',
  title: 'Django view with a template: 1 process x 5 threads, 32 connections',
  processes: 1,
  threads: 5,
  connections: 32,
  makeSite: place => makeDjangoSite(place),
  columns: loadColumns,
  measure: measureLoad,
}
