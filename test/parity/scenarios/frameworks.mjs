/**
 * Sites of Django, Flask and Pyramid: the same things asked of each, once as they are, once within
 * wsgiref.validate. The sites are in apps/frameworks; what is not compared is named in
 * runner/framework-answer.mjs.
 */
import { findings } from '../runner/framework-probes.mjs'
import { get } from '../runner/request-bytes.mjs'
import django from './frameworks-django.mjs'
import flask from './frameworks-flask.mjs'
import pyramid from './frameworks-pyramid.mjs'

/** That the validator is listened to, and what it says. */
const wrong = {
  name: 'wsgiref.validate and applications that are wrong',
  app: null,
  folder: 'frameworks',
  entry: ['frameworks/django_validated.py'],
  arguments: ['--working-directory', '{folder}'],
  probes: Object.fromEntries(
    ['body', 'type', 'read', 'status', 'reason', 'close'].map(name => [
      name,
      async site => [await site.ask(get(`/wrong/${name}`)), await findings(site)],
    ]),
  ),
}

export default [...django, ...flask, ...pyramid, wrong]
