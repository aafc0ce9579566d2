import { openHubspot } from '../../../destinations/hubspot.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('hubspot', () => openHubspot());
tellStory('hubspot with a private app that makes no contacts', () => openHubspot({ oauth: false }));
