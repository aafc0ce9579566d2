import { openHttp } from '../../../destinations/http.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('http, taken at once', () => openHttp());
tellStory('http, taken by jobs', () => openHttp({ jobs: true }));
