import { openKlaviyo } from '../../../destinations/klaviyo.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('klaviyo', openKlaviyo);
