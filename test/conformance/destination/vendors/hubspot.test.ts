import { tellOfEvents } from '../../../destinations/events-story.ts';
import { openHubspot, openHubspotEvents } from '../../../destinations/hubspot.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('hubspot', () => openHubspot());
tellStory('hubspot with a private app that makes no contacts', () => openHubspot({ oauth: false }));
tellOfEvents('hubspot', () => openHubspotEvents());
tellOfEvents('hubspot with a private app that makes no contacts', () => openHubspotEvents({ oauth: false }));
