import { openMixpanel } from '../../../destinations/mixpanel.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('mixpanel', openMixpanel);
