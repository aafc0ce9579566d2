import { openCustomerio } from '../../../destinations/customerio.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('customerio', () => openCustomerio());
tellStory('customerio by address', () => openCustomerio({ idType: 'email' }));
